"use client";

import { ActionsHead } from "@/components/admin/actions-head";
import { browserName } from "@/components/admin/browser-name";
import classes from "@/components/admin/table.module.css";
import { api } from "@/components/ui/api";
import { Confirm } from "@/components/ui/confirm";
import { PageHead } from "@/components/ui/page-head";
import { RelativeTime } from "@/components/ui/time";

export interface Session {
  id: string;
  /** Whether this page is shown in it. */
  current: boolean;
  createdAt: string;
  lastSeenAt: string;
  expiresAt: string;
  userAgent: string | null;
  address: string | null;
}

export function Sessions({ sessions }: { sessions: Session[] }) {
  return (
    <>
      <PageHead title="Sessions" note="Where you are signed in. Ending one signs that browser out within a second.">
        <Confirm
          label="Sign out everywhere"
          verb="Sign out everywhere"
          variant="default"
          onConfirm={async () => {
            await api("DELETE", "/sessions");
            window.location.assign("/sign-in");
          }}
        >
          {sessions.length === 1
            ? "Your one session ends."
            : `All ${sessions.length} of your sessions end, this one too.`}{" "}
          API tokens go on working.
        </Confirm>
      </PageHead>
      <div className={classes.scroll}>
        <table className={classes.table}>
          <thead>
            <tr>
              <th>Browser</th>
              <th className={classes.wide}>Address</th>
              <th className={classes.wide}>Signed in</th>
              <th>Last seen</th>
              <ActionsHead />
            </tr>
          </thead>
          <tbody>
            {sessions.map((session) => (
              <tr key={session.id}>
                <td className={classes.name} title={session.userAgent ?? undefined}>
                  {browserName(session.userAgent)}
                  {session.current ? <b> · this browser</b> : null}
                  <div className={`${classes.quiet} ${classes.narrow}`}>{session.address ?? ""}</div>
                </td>
                <td className={`${classes.wide} ${classes.mono}`}>{session.address ?? "unknown"}</td>
                <td className={classes.wide}>
                  <RelativeTime at={session.createdAt} />
                </td>
                <td>
                  <RelativeTime at={session.lastSeenAt} />
                </td>
                <td>
                  <Confirm
                    label="Sign out"
                    verb={session.current ? "Sign out of this browser" : `Sign out ${browserName(session.userAgent)}`}
                    onConfirm={async () => {
                      await api("DELETE", `/sessions/${session.id}`);
                      if (session.current) window.location.assign("/sign-in");
                    }}
                  >
                    {session.current ? "You" : "That browser"} must sign in again. Drafts stay.
                  </Confirm>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
