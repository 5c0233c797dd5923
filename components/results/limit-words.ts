import type { ExecutionView } from "@/lib/executions/schema";

/** What cut the rows, in words. */
export function limitWords({ limitedBy }: Pick<ExecutionView, "limitedBy">): string {
  return limitedBy && limitedBy !== "limit" ? `the limit “${limitedBy}”` : "the row limit";
}
