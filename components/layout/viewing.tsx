"use client";

import { Button } from "@mantine/core";
import { IconEye } from "@tabler/icons-react";
import { useEffect } from "react";
import { changeView } from "@/components/layout/change-view";
import classes from "@/components/layout/shell.module.css";
import { Refusal } from "@/components/ui/refusal";
import { ExactTime } from "@/components/ui/time";
import { useAction } from "@/components/ui/use-action";

/** An admin looks as somebody else: who it is, that nothing can be changed, and the way out. Stays in sight. */
export function Viewing({ as, until }: { as: string; until: string }) {
  const { run, busy, problem } = useAction();
  // What is on the page then is another's, and one is oneself again.
  useEffect(() => {
    const timer = setTimeout(
      () => location.assign("/admin/users"),
      Math.max(0, Date.parse(until) - Date.now()) + 1_500,
    );
    return () => clearTimeout(timer);
  }, [until]);
  const stop = () => run(() => changeView(null));
  return (
    <section className={classes.viewing} aria-label="Viewing as somebody else">
      <IconEye size={16} aria-hidden style={{ flex: "none", color: "var(--sl-late)" }} />
      <span style={{ flex: 1, minWidth: 0, overflowWrap: "anywhere" }}>
        You look at Sluice as {as}, until <ExactTime at={until} /> at the latest. Nothing can be changed, and it is in
        the audit log. <Refusal>{problem?.message}</Refusal>
      </span>
      <Button variant="default" loading={busy} onClick={stop}>
        Stop
      </Button>
    </section>
  );
}
