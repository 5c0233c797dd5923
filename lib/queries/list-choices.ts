import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { readerFor } from "@/lib/access/reader";
import { statementOf, waitForResult } from "@/lib/executions/data";
import { invalidAt, SluiceError } from "@/lib/platform/errors";
import { readRows } from "@/lib/results/read-rows";
import type { ResultStatement } from "@/lib/results/statement";
import { latestAnswer } from "./data";
import { listStanding } from "./list-standing";
import { readValues } from "./parameters";
import { queryFor } from "./row";
import { startSavedQuery } from "./run-saved-query";
import type { AskChoices, Choices } from "./schema";

/** A list that somebody looked at within the hour is not asked for again. */
const freshMs = 3_600_000;
/** More than anyone reads through; the form says that there are more. */
const most = 1_000;

/**
 * The rows of a saved query as options of a form's field: a stored answer that is young enough, else the query is run
 * through the gate. A paused warehouse is not asked: then an older answer is taken, and its age is in the answer.
 * @throws SluiceError not_found, invalid (a value, a column), unavailable (paused, failed, not done in time)
 */
export async function listChoices(
  ctx: Context,
  id: string,
  input: AskChoices & { wait?: number | undefined },
  signal?: AbortSignal,
): Promise<Choices> {
  allow(ctx, "query.run");
  const through = input.form ? await listStanding(ctx, id, input.form) : null;
  const reader = through?.grantor ?? ctx;
  const query = await queryFor(reader, id);
  const { warehouse } = await readerFor(query.shared?.grantor ?? reader, query.warehouse_id);
  const now = { now: new Date(), timeZone: input.timeZone ?? ctx.user.timeZone ?? "UTC" };
  const { given } = readValues(query.parameters, input.parameters, now);
  const known = await latestAnswer(reader, { id, version: query.version, warehouse: { id: warehouse.id } }, given);
  const young = known && Date.now() - known.finishedAt.getTime() < freshMs;
  if (known && (warehouse.paused || (young && !input.refresh)))
    return choicesIn(await statementOf(reader, known.executionId), input, known.finishedAt);
  if (warehouse.paused) {
    const reason = warehouse.pauseReason ? `: ${warehouse.pauseReason}` : "";
    throw new SluiceError("unavailable", `The warehouse ${warehouse.name} is paused${reason}.`, { reason: "paused" });
  }
  const how = { parameters: input.parameters, timeZone: now.timeZone };
  const started = await startSavedQuery(ctx, id, how, undefined, through ?? undefined);
  const { view, statement } = await waitForResult(reader, started.id, input.wait ?? 20, signal, started);
  if (view.state === "succeeded") return choicesIn(statement, input, new Date());
  const why = { failed: view.error?.message, cancelled: view.stopReason }[view.state as string];
  throw new SluiceError(
    "unavailable",
    why ? `“${query.title}” gave no list: ${why}` : `“${query.title}” is not done yet. Try again in a moment.`,
    { execution: started.id },
  );
}

async function choicesIn(statement: ResultStatement, input: AskChoices, at: Date): Promise<Choices> {
  const columns = statement.columns ?? [];
  const place = (name: string | undefined, otherwise: number, field: string) => {
    const found = name === undefined ? otherwise : columns.findIndex((column) => column.name === name);
    if (found >= 0) return found;
    const message = `The list has no column ${name}; it has ${columns.map((column) => column.name).join(", ")}.`;
    throw invalidAt(field, message);
  };
  const value = place(input.column, 0, "column");
  const label = place(input.labelColumn, value, "labelColumn");
  const { rows } = columns.length > 0 ? await readRows(statement, { offset: 0, limit: most + 1 }) : { rows: [] };
  const labels = new Map<string, string>();
  for (const row of rows.slice(0, most)) {
    const own = row[value];
    // NULL and the empty text are what an empty field means.
    if (own === null || own === undefined || own === "") continue;
    if (!labels.has(String(own))) labels.set(String(own), String(row[label] ?? own));
  }
  return {
    choices: [...labels].map(([text, words]) => ({ value: text, label: words })),
    more: rows.length > most,
    at: at.toISOString(),
  };
}
