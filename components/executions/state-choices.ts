import type { Choice } from "@/components/ui/filter-bar";

/** States of executions and of runs, as filters offer them. */
export const stateChoices: Choice[] = [
  { value: "queued", label: "Waiting" },
  { value: "running", label: "Running" },
  { value: "succeeded", label: "Succeeded" },
  { value: "failed", label: "Failed" },
  { value: "cancelled", label: "Cancelled" },
];
