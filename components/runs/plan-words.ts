import type { WritePlan } from "@/lib/runs/context";

/** What a write would do, in a sentence: “Would add 1,204 rows, change 33, delete none.” Pure. */
export function planWords({ adds, changes, deletes, note }: WritePlan): string {
  const some = (n: number) => (n === 0 ? "none" : n.toLocaleString("en"));
  const known = [
    adds === null
      ? null
      : adds === 0
        ? "add no rows"
        : `add ${adds.toLocaleString("en")} ${adds === 1 ? "row" : "rows"}`,
    changes === null ? null : `change ${some(changes)}`,
    deletes === null ? null : `delete ${some(deletes)}`,
  ].filter((one) => one !== null);
  const unknown = [
    adds === null ? "adds" : null,
    changes === null ? "changes" : null,
    deletes === null ? "deletes" : null,
  ].filter((one) => one !== null);
  return [
    known.length > 0 ? `Would ${known.join(", ")}.` : null,
    unknown.length === 3
      ? "What it would do to rows is not known before it does."
      : unknown.length > 0
        ? `What it ${unknown.join(" and ")} is not known before it does.`
        : null,
    note,
  ]
    .filter(Boolean)
    .join(" ");
}
