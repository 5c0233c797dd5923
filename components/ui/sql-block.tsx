"use client";

import { Button, Code, CopyButton } from "@mantine/core";
import classes from "@/components/ui/sql-block.module.css";

/** SQL to be run elsewhere, with a button that copies it. */
export function SqlBlock({ sql }: { sql: string }) {
  return (
    <div className={classes.block}>
      <Code block className={classes.code}>
        {sql}
      </Code>
      <CopyButton value={sql} timeout={2000}>
        {({ copied, copy }) => (
          <Button variant="default" onClick={copy}>
            <span aria-live="polite">{copied ? "Copied" : "Copy SQL"}</span>
          </Button>
        )}
      </CopyButton>
    </div>
  );
}
