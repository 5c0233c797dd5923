"use client";

import { Button } from "@mantine/core";
import { IconFilter } from "@tabler/icons-react";
import { type ReactNode, useId, useState } from "react";
import classes from "@/components/ui/filter-fold.module.css";

/** Filters of a list. On a phone they stand behind one button that says how many are set. */
export function FilterFold({ set, children }: { set: number; children: ReactNode }) {
  const [open, setOpen] = useState(false);
  const id = useId();
  return (
    <div className={classes.fold} data-open={open}>
      <Button
        className={classes.toggle}
        variant="default"
        size="sm"
        leftSection={<IconFilter size={16} aria-hidden />}
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setOpen(!open)}
      >
        {set === 0 ? "Filters" : `Filters (${set})`}
      </Button>
      <div id={id} className={classes.body}>
        {children}
      </div>
    </div>
  );
}
