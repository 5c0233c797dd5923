import type { Context } from "@/lib/access/context";
import { getExecution, statementOf } from "@/lib/executions/data";
import type { ExecutionView } from "@/lib/executions/schema";
import { sha256 } from "@/lib/platform/crypto";
import { db } from "@/lib/platform/db/prisma";
import { SluiceError } from "@/lib/platform/errors";
import { partsOf } from "@/lib/results/as-parts";
import { compareNumbers } from "@/lib/results/number-order";
import { readRows } from "@/lib/results/read-rows";
import { readChart } from "@/lib/results/readers";
import type { DigestAnswer } from "@/lib/results/requests";
import type { Limit, TellWhen } from "./schema";
import { limitWords } from "./words";

/** A slot whose executions have all ended, as somebody is about to tell of it. */
export interface EndedSlot {
  triggerId: string;
  slot: Date;
  tellWhen: TellWhen;
  limit: Limit | null;
  runs: { executionId: string; position: number; queryId: string; tiles: string[]; error: string | null }[];
}

export interface Met {
  /** Whether those who are to be told are told. */
  tell: boolean;
  /** Kept with the slot: what the next one is compared with. */
  met: boolean;
  /** What met it, in words. */
  because: string | null;
}

/** @param views of the runs that were started, as their owner sees them. */
export async function conditionOf(owner: Context, ended: EndedSlot, views: ExecutionView[]): Promise<Met> {
  const failed = ended.runs.some(({ error }) => error !== null) || views.some(({ state }) => state !== "succeeded");
  const found = async (): Promise<[boolean, string | null]> => {
    switch (ended.tellWhen) {
      case "never":
        return [false, null];
      case "always":
        return [true, null];
      case "failed":
        return [failed, null];
      case "rows":
        return [views.some(({ state, rowCount }) => state === "succeeded" && (rowCount ?? 0) > 0), null];
      case "limit":
        return beyond(owner, ended, views);
      case "changed":
        return changed(owner, ended, views);
    }
  };
  try {
    const [met, because] = await found();
    const again = met && ended.tellWhen === "limit" && ended.limit?.once === true && (await wasMet(ended));
    return { tell: met && !again, met, because };
  } catch (error) {
    // What was removed, or has no such column, will be no other the next time that somebody looks.
    if (!(error instanceof SluiceError) || error.code === "unavailable") throw error;
    return { tell: true, met: false, because: `Its condition could not be checked: ${error.message}` };
  }
}

async function beyond(owner: Context, ended: EndedSlot, views: ExecutionView[]): Promise<[boolean, string | null]> {
  const { limit, runs } = ended;
  const run = runs.find(({ tiles }) => !limit?.tile || tiles.includes(limit.tile));
  const view = views.find(({ id }) => id === run?.executionId);
  if (!limit || view?.state !== "succeeded") return [false, null];
  const column = (view.columns ?? []).findIndex(({ name }) => name === limit.column);
  if (column < 0) throw new SluiceError("invalid", `The answer has no column “${limit.column}”.`);
  const op = ({ above: "gt", below: "lt", equals: "eq" } as const)[limit.is];
  const filter = limit.of === "any" ? [{ column, op, value: limit.value }] : undefined;
  const { rows } = await readRows(await statementOf(owner, view.id), { offset: 0, limit: 1, filter });
  const cell = rows[0]?.[column];
  if (cell === undefined || cell === null) return [false, null];
  const order = compareNumbers(String(cell), limit.value);
  const met = { above: order > 0, below: order < 0, equals: order === 0 }[limit.is];
  return [met, met ? `${limit.column} is ${cell}, ${limitWords(limit)}.` : null];
}

/** Whether the run before this one had met the same condition. */
async function wasMet({ triggerId, slot }: EndedSlot): Promise<boolean> {
  const before = await db().triggerSlot.findFirst({
    where: { triggerId, slot: { lt: slot }, met: { not: null } },
    orderBy: { slot: "desc" },
    select: { met: true },
  });
  return before?.met === true;
}

/** Compares each answer with the one before it to the same question. The first one is others' beginning, and no change. */
async function changed(owner: Context, ended: EndedSlot, views: ExecutionView[]): Promise<[boolean, string | null]> {
  const { triggerId, slot } = ended;
  let others = 0;
  for (const { executionId, queryId, position } of ended.runs) {
    const view = views.find(({ id }) => id === executionId);
    if (view?.state !== "succeeded") continue;
    const digest = await digestOf(owner, executionId);
    const key = { triggerId, slot, executionId };
    await db().triggerRun.update({ where: { triggerId_slot_executionId: key }, data: { digest } });
    const before = await db().triggerRun.findFirst({
      where: { triggerId, slot: { lt: slot }, queryId, position, digest: { not: null } },
      orderBy: { slot: "desc" },
    });
    if (before && before.digest !== digest) others++;
  }
  return [others > 0, others > 0 ? "Its rows are others than the time before." : null];
}

async function digestOf(owner: Context, executionId: string): Promise<string> {
  const statement = await statementOf(owner, executionId);
  const columns = statement.columns ?? [];
  const { parts, release } = await partsOf(statement);
  try {
    const request = { kind: "digest" as const, parts, columns };
    const { digest } = await readChart<DigestAnswer>({ request, deadlineMs: 60_000 });
    return sha256(JSON.stringify([columns, statement.rowCount, digest]));
  } finally {
    release();
  }
}

/** The executions that can be read, as their owner sees them. */
export async function viewsFor(owner: Context, runs: EndedSlot["runs"]): Promise<ExecutionView[]> {
  const started = runs.filter(({ error }) => error === null);
  const views = started.map(({ executionId }) => getExecution(owner, executionId).catch(() => null));
  return (await Promise.all(views)).filter((view) => view !== null);
}
