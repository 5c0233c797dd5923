import { effective } from "@/lib/operators/form";
import { near } from "@/lib/operators/near";
import { cycles, sourceOf, upstream } from "./graph";
import type { Lint, LintedStage } from "./lint";

/** How stages hang together: who produces what, who waits for whom, who writes where. */
export function lintGraph(lint: Lint): void {
  twice(lint);
  for (const one of lint.stages) edges(lint, one);
  for (const circle of cycles(lint.document)) {
    const { at = 0, stage } = lint.byId.get(circle[0] ?? "") ?? {};
    if (circle.length === 2) continue; // A stage that names itself was told so.
    const fix = "Take one of these inputs, or one `after`, out.";
    lint.say({ stage: stage?.id, field: ["stages", at] }, `These stages wait for each other: ${drawn(circle)}.`, fix);
  }
  writers(lint);
}

const drawn = (circle: string[]) =>
  (circle.length > 10 ? [...circle.slice(0, 5), "…", ...circle.slice(-3)] : circle).join(" → ");

/** Two stages of one id would both produce its outputs. */
function twice(lint: Lint): void {
  const first = new Map<string, number>();
  for (const { at, stage } of lint.stages) {
    const before = first.get(stage.id);
    if (before === undefined) first.set(stage.id, at);
    else {
      const outputs = Object.keys(stage.outputs ?? {}).map((name) => `${stage.id}.${name}`);
      const both = outputs.length > 0 ? `, and both would produce ${outputs.join(", ")}` : "";
      lint.say(
        { stage: stage.id, field: ["stages", at, "id"] },
        `Stages ${before + 1} and ${at + 1} are both called ${stage.id}${both}.`,
        "Give one of them another id.",
      );
    }
  }
}

function edges(lint: Lint, { at, stage }: LintedStage): void {
  const place = (...field: (string | number)[]) => ({ stage: stage.id, field: ["stages", at, ...field] });
  const nobody = (id: string) => {
    const others = [...lint.ids].filter((one) => one !== stage.id);
    const guess = near(id, others);
    return [
      `There is no stage ${id}.`,
      guess ? `Did you mean ${guess}?` : `Stages are ${others.slice(0, 20).join(", ") || "none but this"}.`,
    ] as const;
  };
  for (const [name, input] of Object.entries(stage.inputs ?? {})) {
    const { stage: id, output } = sourceOf(input);
    const field = place("inputs", name);
    if (id === stage.id) lint.say(field, `${id} cannot read its own output.`, "Name an output of another stage.");
    else if (!lint.ids.has(id)) lint.say(field, ...nobody(id));
    else {
      const producer = lint.byId.get(id)?.stage;
      const outputs = Object.keys(producer?.outputs ?? {});
      // What is wrong with a stage of that id is said there.
      if (!producer || outputs.includes(output)) continue;
      const guess = near(output, outputs) ?? (outputs.length === 1 ? outputs[0] : null);
      const fix = guess
        ? `Did you mean ${id}.${guess}?`
        : `Add outputs: {${output}: parquet} to ${id}${outputs.length ? `, or use one of: ${outputs.join(", ")}` : ""}.`;
      lint.say(field, `Nobody produces ${id}.${output}.`, fix);
    }
  }
  for (const [n, id] of (stage.after ?? []).entries()) {
    if (id === stage.id) lint.say(place("after", n), `${id} cannot wait for itself.`, "Take it out.");
    else if (!lint.ids.has(id)) lint.say(place("after", n), ...nobody(id));
  }
}

/** Two stages that write one table would disturb each other, unless one waits for the other. */
function writers(lint: Lint): void {
  const found = new Map<string, { one: LintedStage; table: string; mode: unknown; field: string }[]>();
  for (const one of lint.stages) {
    const { writes, parameters } = one.manifest ?? {};
    // Of a program that writes to a schema nobody knows which tables.
    if (!writes || !parameters || !("table" in writes)) continue;
    const values = effective(parameters, one.stage.params ?? {});
    const [warehouse, table] = [values[writes.warehouse], values[writes.table]];
    if (typeof warehouse !== "string" || typeof table !== "string" || `${warehouse}${table}`.includes("{{")) continue;
    const key = JSON.stringify([warehouse, table]);
    const mode = writes.mode === undefined ? undefined : values[writes.mode];
    found.set(key, [...(found.get(key) ?? []), { one, table, mode, field: writes.table }]);
  }
  for (const all of found.values())
    for (const [n, { one, table, mode, field }] of all.entries()) {
      if (n === 0) continue;
      const before = all[n - 1]?.one.stage.id as string;
      const { id } = one.stage;
      const place = { stage: id, field: ["stages", one.at, "params", field] };
      if (id === before) continue;
      const ordered = upstream(lint.document, id).has(before) || upstream(lint.document, before).has(id);
      if (!ordered)
        lint.say(
          place,
          `${before} and ${id} both write ${table}, and may do so at the same time.`,
          `Add after: [${before}] to ${id}, or write another table.`,
        );
      else if (mode === "replace")
        lint.say(
          place,
          `${id} replaces all that ${before} wrote to ${table}.`,
          "Use another table or mode, where both shall stay.",
          "warning",
        );
    }
}
