"use client";

import { Tooltip } from "@mantine/core";
import { IconFenceOff } from "@tabler/icons-react";
import classes from "@/components/ui/not-isolated.module.css";

/** What the mark means: on hover and focus, and in full where a list ends. */
export const notIsolatedWords =
  "It runs as a process of the worker, with the worker's files and network within reach. In a container it would be shut in.";
const perhapsWords =
  "It runs in a container where the worker finds an engine; without one as a process of the worker, with its files and network within reach.";

interface Props {
  /** Only where the worker finds no engine. */
  perhaps?: boolean;
  /** Not within a link or a button, which have a focus of their own. */
  focusable?: boolean;
}

/** That no wall stands around a stage's program: the same words wherever a stage, a run or a line of one shows. */
export function NotIsolated({ perhaps = false, focusable = true }: Props) {
  return (
    <Tooltip
      label={perhaps ? perhapsWords : notIsolatedWords}
      multiline
      maw={320}
      events={{ hover: true, focus: true, touch: true }}
    >
      <span className={classes.mark} tabIndex={focusable ? 0 : undefined}>
        <IconFenceOff size={13} aria-hidden />
        {perhaps ? "perhaps not isolated" : "not isolated"}
      </span>
    </Tooltip>
  );
}
