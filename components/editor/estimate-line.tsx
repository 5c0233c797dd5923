import { IconAlertTriangle, IconCircleX } from "@tabler/icons-react";
import type { EstimateView } from "@/lib/connections/schema";
import classes from "./editor.module.css";

/** One line under the editor's bar; it keeps its place while there is nothing to say. */
export function EstimateLine({ estimate }: { estimate: EstimateView | null }) {
  const { words = [], warning = null, refusal = null } = estimate ?? {};
  return (
    <p className={classes.estimate} aria-live="polite" data-estimate>
      {refusal ? <IconCircleX size={14} color="var(--sl-failed)" aria-label="Refused" /> : null}
      {warning ? <IconAlertTriangle size={14} color="var(--sl-late)" aria-label="Warning" /> : null}
      <span>{[...words, refusal ?? warning].filter(Boolean).join(" ")}</span>
    </p>
  );
}
