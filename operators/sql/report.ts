import type { Context, Told, WritePlan } from "./context";

const rowsOf = (count: number): string => `${count.toLocaleString("en-US")} ${count === 1 ? "row" : "rows"}`;

/** What a stage did, for its log: a line or two that somebody reads without knowing the program. */
export function reportOf({ params, outputs }: Pick<Context, "params" | "outputs">, told: Told): string[] {
  const { rows, metrics = {}, plan } = told;
  const number = (name: string) => (typeof metrics[name] === "number" ? metrics[name] : undefined);
  if (plan) return [foreseen(plan), ...(plan.note ? [plan.note] : [])];
  const added = number("added");
  if (added !== undefined) {
    const parts = [
      `${rowsOf(added)} added`,
      ...[
        ["changed", "changed"],
        ["unchanged", "as they were"],
        ["replaced", "that stood there before replaced"],
      ].flatMap(([name = "", words]) => (number(name) === undefined ? [] : [`${rowsOf(number(name) ?? 0)} ${words}`])),
    ];
    return [`Wrote ${params.table}: ${parts.join(", ")}.`];
  }
  const checks = number("checks");
  if (checks !== undefined)
    return [checks === 1 ? "The one expectation is met." : `All ${checks} expectations are met.`];
  if (params.as === "view") return [`Made the view ${params.table} with ${metrics.columns} columns.`];
  if (rows === undefined) return ["Done."];
  const names = Object.keys(outputs);
  const left = number("left_out") ? [`Left out ${rowsOf(number("left_out") ?? 0)} that could not be read.`] : [];
  return [`${names.length > 0 ? `Handed on ${rowsOf(rows)} as ${names.join(", ")}` : rowsOf(rows)}.`, ...left];
}

function foreseen({ adds, changes, deletes }: WritePlan): string {
  const parts = [
    ...(adds === null ? [] : [`add ${rowsOf(adds)}`]),
    ...(changes === null ? [] : [`change ${rowsOf(changes)}`]),
    ...(deletes === null ? [] : [`delete ${rowsOf(deletes)}`]),
  ];
  return `Nothing is written in a try.${parts.length > 0 ? ` A run would ${parts.join(", ")}.` : ""}`;
}
