"use client";

import { IconCloudOff, IconLogin } from "@tabler/icons-react";
import { usePathname, useSearchParams } from "next/navigation";
import { useEffect, useState, useSyncExternalStore } from "react";
import classes from "@/components/layout/shell.module.css";
import { api } from "@/components/ui/api";
import { asProblem } from "@/components/ui/problem";

function onNetwork(listener: () => void): () => void {
  window.addEventListener("online", listener);
  window.addEventListener("offline", listener);
  return () => {
    window.removeEventListener("online", listener);
    window.removeEventListener("offline", listener);
  };
}

/** Says when this page is cut off: no network, or a session that ended elsewhere. Nothing on the page is lost by it. */
export function ConnectionNotice() {
  const online = useSyncExternalStore(
    onNetwork,
    () => navigator.onLine,
    () => true,
  );
  const signedOut = useSignedOut();
  const here = `${usePathname()}${withMark(useSearchParams().toString())}`;
  if (!online) {
    return (
      <div className={classes.notice} role="status">
        <IconCloudOff size={16} aria-hidden />
        <span>You are offline. What is on screen stays, and goes on when the network is back.</span>
      </div>
    );
  }
  if (!signedOut) return null;
  return (
    <div className={classes.notice} role="alert">
      <IconLogin size={16} aria-hidden />
      <span>
        Your session has ended.{" "}
        <a href={`/sign-in?next=${encodeURIComponent(here)}`} target="_blank" rel="noreferrer">
          Sign in again in a new tab
        </a>
        ; what you typed stays here.
      </span>
    </div>
  );
}

function withMark(query: string): string {
  return query ? `?${query}` : "";
}

/** Asked when the page is looked at again, and every minute while it is. */
function useSignedOut(): boolean {
  const [signedOut, setSignedOut] = useState(false);
  useEffect(() => {
    const look = async () => {
      if (document.visibilityState !== "visible") return;
      try {
        await api("GET", "/me");
        setSignedOut(false);
      } catch (error) {
        // No answer at all says nothing about the session.
        if (asProblem(error).status === 401) setSignedOut(true);
      }
    };
    const timer = setInterval(look, 60_000);
    document.addEventListener("visibilitychange", look);
    window.addEventListener("focus", look);
    window.addEventListener("sluice:signed-out", look);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", look);
      window.removeEventListener("focus", look);
      window.removeEventListener("sluice:signed-out", look);
    };
  }, []);
  return signedOut;
}
