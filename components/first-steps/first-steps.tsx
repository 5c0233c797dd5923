"use client";

import { IconCircle, IconCircleCheckFilled } from "@tabler/icons-react";
import Link from "next/link";
import { useState } from "react";
import classes from "@/components/first-steps/first-steps.module.css";
import { api } from "@/components/ui/api";
import { BusyButton } from "@/components/ui/busy-button";
import { Refusal } from "@/components/ui/refusal";
import { useAction } from "@/components/ui/use-action";
import type { Step } from "@/lib/first-steps/schema";

function wordsOf({ name, title }: Step): { title: string; about: string } {
  switch (name) {
    case "change":
      return {
        title: `Open “${title}” and change what it asks for`,
        about: "Choose another value in its form: the numbers and the chart follow, and so does the address.",
      };
    case "connect":
      return {
        title: "Connect your warehouse",
        about: "PostgreSQL, Redshift, BigQuery or MySQL, by an account that only reads. The form says how to make one.",
      };
    case "invite":
      return { title: "Invite a colleague", about: "They get a link to sign in with; no mail server is needed." };
    case "write":
      return {
        title: "Run SQL of your own",
        about: "The tables stand beside the editor. Ctrl or ⌘ and Enter runs it.",
      };
    case "share":
      return {
        title: "Share an answer",
        about: "Its link opens the same rows next month. Share says who can open it.",
      };
  }
}

/** What is left to try, on the home page of somebody new. */
export function FirstSteps({ steps }: { steps: Step[] }) {
  const { run, busy, problem } = useAction();
  const [hidden, setHidden] = useState(false);
  if (hidden) return null;
  const left = steps.filter(({ done }) => !done).length;
  const hide = () =>
    run(async () => {
      await api("PATCH", "/me", { firstStepsHidden: true });
      setHidden(true);
    });
  return (
    <section className={classes.section} aria-labelledby="first-steps">
      <div className={classes.head}>
        <h2 id="first-steps">First steps</h2>
        <span className={classes.left}>
          {left} of {steps.length} left
        </span>
        <BusyButton size="compact-sm" variant="subtle" color="gray" loading={busy} onClick={hide}>
          Hide
        </BusyButton>
      </div>
      <Refusal>{problem?.message}</Refusal>
      <ol className={classes.list}>
        {steps.map((step) => {
          const { title, about } = wordsOf(step);
          return (
            <li key={step.name} data-done={step.done || undefined}>
              {step.done ? (
                <IconCircleCheckFilled size={18} role="img" aria-label="Done:" />
              ) : (
                <IconCircle size={18} aria-hidden />
              )}
              <div>
                <Link href={step.url}>{title}</Link>
                {step.done ? null : <p>{about}</p>}
              </div>
            </li>
          );
        })}
      </ol>
    </section>
  );
}
