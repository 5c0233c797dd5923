import type { Context } from "@/lib/access/context";
import type { Stage } from "@/lib/pipelines/schema";
import { getRun } from "@/lib/runs/data";
import { readLog } from "@/lib/runs/logs";
import { startRun } from "@/lib/runs/start-run";
import { buildPipeline } from "@/lib/testing/runs";
import { shell } from "@/lib/testing/shell-operator";

/** A stage that writes an output of two files, and one that prints it: for tests that take the store away between. */
export const make = (first: string) =>
  shell("make", `echo begun; ${first}; for n in 1 2; do printf "n\\n$n\\n" > $SLUICE_OUT/rows/$n.csv; done`, {
    outputs: { rows: "csv" },
  });
export const read = (more: Partial<Stage> = {}) =>
  shell("read", "cat $SLUICE_IN/rows/*.csv", { inputs: { rows: "make.rows" }, ...more });
export const whole = ["n", "1", "n", "2"];

export const begin = async (ctx: Context, ...stages: Stage[]) =>
  startRun(ctx, (await buildPipeline(ctx, { stages })).name, {});

/** The last of the stage that is the n-th, from 0. */
export const attempt = async (ctx: Context, id: string, n = 0) => (await getRun(ctx, id)).stages[n]?.attempts.at(-1);

export async function printed(ctx: Context, id: string): Promise<string[]> {
  const found = [];
  for await (const { stage, text } of await readLog(ctx, id, {})) if (stage === "read") found.push(text);
  return found;
}

export const waitingWords = "The store does not answer. It goes on once it does.";
