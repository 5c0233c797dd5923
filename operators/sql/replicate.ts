import { readFileSync } from "node:fs";
import { type Context, choice, names, StageError, type Told, text } from "./context";
import { copyTo, type There } from "./copy-to";
import { said, type TableName, tableName } from "./names";
import { type Source, type SourceRows, seenColumns, sourceOf } from "./source";
import { runColumn } from "./write/fence";
import type { Column } from "./write/target";

/** Copies a table of one warehouse to another: all of it, or what its cursor says is new or changed. */
export async function replicate(context: Context): Promise<Told> {
  const table = tableName(text(context, "table"), "table");
  const mode = choice(context, "mode", ["full", "incremental"], "full");
  const [from, to] = await Promise.all([sourceOf(context), copyTo(context)]);
  const source = tableName(text(context, "source_table"), "source_table", from.schema);
  return from.within(async () => {
    const chosen = await choose(context, from, source);
    if (mode === "full") {
      const plan = { table, mode: "replace" as const, key: [], timeColumn: null };
      return to(plan, async (there) => {
        refuseLost(context, source, table, chosen, there);
        return from.rows(chosen.cells, source, chosen.columns, null);
      });
    }
    const key = names(context, "key");
    const cursor = text(context, "cursor");
    const at = chosen.columns.find(({ name }) => name === cursor);
    if (!at || chosen.hashed.includes(cursor))
      throw new StageError(`${said(source)} has no column "${cursor}" that is copied as it is.`, { field: "cursor" });
    const plan = { table, mode: "merge" as const, key, timeColumn: null };
    return to(plan, (there) => {
      refuseLost(context, source, table, chosen, there);
      return changedRows({ from, source, chosen, cursor: at, there });
    });
  });
}

/** A column that is gone from the source would go from the copy too, or stay empty in it: nobody reads that from a success. */
function refuseLost(context: Context, source: TableName, table: TableName, chosen: Chosen, there: There | null): void {
  if (!there?.ours || choice(context, "lost_columns", ["stop", "go-on"], "stop") === "go-on") return;
  const left = names(context, "drop_columns");
  const lost = there.columns.filter(
    ({ name, generated }) =>
      !generated && name !== runColumn && !left.includes(name) && !chosen.columns.some((one) => one.name === name),
  );
  if (lost.length === 0) return;
  const words = lost.map(({ name }) => `"${name}"`).join(", ");
  throw new StageError(
    `${said(source)} has no column ${words} any more, and ${said(table)} has. Nothing was written.`,
    {
      field: "source_table",
      hint: "Look whether it has another name now. If it is gone for good, let the copy go on without it.",
    },
  );
}

interface Chosen {
  columns: Column[];
  /** What is selected for each of them. */
  cells: string[];
  hashed: string[];
}

/** Columns of the source, without those that are dropped, and with a digest in place of those that are hashed. */
async function choose(context: Context, from: Source, source: TableName): Promise<Chosen> {
  const found = await seenColumns(from, source);
  const [dropped, hashed] = [names(context, "drop_columns"), names(context, "hash_columns")];
  for (const [field, wanted] of Object.entries({ drop_columns: dropped, hash_columns: hashed })) {
    const unknown = wanted.find((name) => !found.some((column) => column.name === name));
    // What was to be hidden is not let through under another name.
    if (unknown !== undefined)
      throw new StageError(
        `${said(source)} has no column "${unknown}" any more. Look whether it has another name now.`,
        {
          field,
        },
      );
  }
  const kept = found.filter(({ name }) => !dropped.includes(name));
  if (kept.length === 0) throw new StageError("No column is left to copy.", { field: "drop_columns" });
  const salt = context.secrets.salt ? readFileSync(context.secrets.salt, "utf8").trim() : "";
  return {
    hashed,
    columns: kept.map(({ name, type }) => ({ name, type: hashed.includes(name) ? "text" : type })),
    cells: kept.map((column) => (hashed.includes(column.name) ? from.digest(column, salt) : column.cell)),
  };
}

interface Changed {
  from: Source;
  source: TableName;
  chosen: Chosen;
  cursor: Column;
  there: There | null;
}

/**
 * From the highest cursor that the target has, and including it: rows of the same moment may have come since, and
 * merging one again changes nothing.
 */
async function changedRows({ from, source, chosen, cursor, there }: Changed): Promise<SourceRows> {
  const { name, type } = cursor;
  const highest = from.highest(cursor);
  const known = there?.columns.some((column) => column.name === name);
  const value = known && there ? await there.ask(highest, cursor) : null;
  const since = value ? { column: name, type, value } : null;
  return from.rows(chosen.cells, source, chosen.columns, since);
}
