import path from "node:path";
import { type Answer, answerFile } from "../answer";
import { type Context, type Input, StageError, type Told, workFolder } from "../context";
import { columnsIn, fileText, openDuck, readFiles, unreadable } from "../duck";
import { said } from "../names";
import type { Plan } from "../write/writing";
import { boundValues, type LakeClient } from "./client";

/** As the relay answers a write. */
interface Written {
  adds: number;
  changes: number;
  deletes: number;
  columns: number;
  made: boolean;
}

type Rows = { sql: string; values: unknown[] } | { sent: true };

/** Writes all rows or none; in a dry run the relay says what it would do. */
async function write(lake: LakeClient, context: Context, plan: Plan, mode: string, rows: Rows): Promise<Told> {
  const { table, key, timeColumn } = plan;
  const { from, to } = context.interval;
  const more =
    mode === "merge"
      ? { key }
      : mode === "partition-overwrite"
        ? { timeColumn: timeColumn ?? "", from, to }
        : mode === "replace"
          ? { onlyNew: plan.onlyNew === true }
          : {};
  const given = "sql" in rows ? { sql: rows.sql, values: boundValues(rows.values) } : rows;
  const asked = { table, mode, timeZone: lake.timeZone, rows: given, ...more };
  const { adds, changes, deletes, columns, made } = await lake.ask<Written>("/write", asked);
  if (!context.dry) {
    if (mode === "view") return { metrics: { columns } };
    return { rows: adds + changes, metrics: { added: adds, changed: changes, replaced: deletes } };
  }
  const note =
    mode === "view"
      ? `Makes the view ${said(table)} with ${columns} columns, or puts it in the place of the one that is there.`
      : made
        ? `${said(table)} is not there yet: it is made with ${columns} columns.`
        : null;
  return { plan: { adds, changes, deletes, ...(note ? { note } : {}) } };
}

/** A person's query as a table, or as a view. */
export function keepQuery(
  lake: LakeClient,
  context: Context,
  plan: Plan,
  { as, sql, values }: { as: string; sql: string; values: unknown[] },
): Promise<Told> {
  if (as === "view" && values.length > 0)
    throw new StageError("A view has no interval and no run: leave {{ … }} out of its SQL, or make it a table.", {
      field: "sql",
    });
  return write(lake, context, plan, as === "view" ? "view" : plan.mode, { sql, values });
}

/** The rows of an answer. */
export async function keepAnswer(lake: LakeClient, context: Context, plan: Plan, answer: Answer): Promise<Told> {
  const file = path.join(workFolder(), "rows.parquet");
  await answerFile(answer, file, "parquet", "Leave its column out.");
  return send(lake, context, plan, file);
}

async function send(lake: LakeClient, context: Context, plan: Plan, file: string): Promise<Told> {
  (await lake.answer("PUT", "/rows", { file })).resume();
  return write(lake, context, plan, plan.mode, { sent: true });
}

/** The rows of an input's files. */
export async function loadFiles(lake: LakeClient, context: Context, plan: Plan, input: Input): Promise<Told> {
  if (input.files.length === 0) throw new StageError("The input holds no file.", { field: "rows" });
  const duck = await openDuck();
  const source = readFiles(input, false);
  await columnsIn(duck, source);
  const file = path.join(workFolder(), "rows.parquet");
  await duck
    .run(`copy (select * from ${source}) to ${fileText(file)} (format parquet, compression zstd)`)
    .catch((error: unknown) => {
      throw unreadable(error);
    });
  return send(lake, context, plan, file);
}
