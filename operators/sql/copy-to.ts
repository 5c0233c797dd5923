import type { Context, Told } from "./context";
import { StageError } from "./context";
import { type LakeClient, lakeOf } from "./lake/client";
import { keepAnswer } from "./lake/write";
import { quoted, said, shown } from "./names";
import type { SourceRows } from "./source";
import { ask, open } from "./warehouse";
import type { Column } from "./write/target";
import { write } from "./write/write";
import type { Plan } from "./write/writing";

/** A copy that is there already. */
export interface There {
  columns: { name: string; generated?: boolean }[];
  /** Whether Sluice made it; null: this role may not look. */
  ours: boolean | null;
  /** What an expression over all its rows is. @param column that it is about */
  ask(expression: string, column: Column): Promise<string | null>;
}

/**
 * Where a table is copied to: writes all rows or none.
 * @param rows asked for once it is known what is there
 */
export type CopyTo = (plan: Plan, rows: (there: There | null) => Promise<SourceRows>) => Promise<Told>;

export async function copyTo(context: Context): Promise<CopyTo> {
  const lake = lakeOf(context, "table");
  return lake ? (plan, rows) => intoLake(lake, context, plan, rows) : intoPostgres(context);
}

async function intoPostgres(context: Context): Promise<CopyTo> {
  const client = await open(context, "warehouse");
  return (plan, rows) =>
    write(client, context, plan, (there) =>
      rows(
        there && {
          ...there,
          ask: async (expression) =>
            (await ask(client, `select ${expression} from ${shown(plan.table)}`))[0]?.[0] ?? null,
        },
      ),
    );
}

async function intoLake(
  lake: LakeClient,
  context: Context,
  plan: Plan,
  rows: (there: There | null) => Promise<SourceRows>,
): Promise<Told> {
  const columns = await lake.columns(plan.table);
  const given = await rows(columns && { columns, ours: true, ask: asking(lake, plan, columns) });
  refuseAlike(given.columns);
  if (plan.mode === "merge") refuseLeft(plan, given.columns, columns ?? []);
  const limit = context.dry?.rows ?? null;
  const told = await keepAnswer(lake, context, plan, await given.answer(limit));
  if (limit === null || !told.plan) return told;
  const notes = [told.plan.note, `Of the first ${limit.toLocaleString("en-US")} rows that were read.`];
  return { ...told, plan: { ...told.plan, note: notes.filter(Boolean).join(" ") } };
}

/** Numbers that no type of Parquet holds are texts in a lake: there 9 would be more than 10. */
function asking(lake: LakeClient, { table }: Plan, columns: { name: string; type: string }[]): There["ask"] {
  return async (expression, { name, type }) => {
    const text = columns.some((one) => one.name === name && one.type === "VARCHAR") && type.startsWith("numeric");
    const from = text
      ? `(select * from ${shown(table)} order by try_cast(${quoted(name)} as double) desc nulls last limit 1)`
      : shown(table);
    return (await lake.rows(`select ${expression} as one from ${from}`))[0]?.[0] ?? null;
  };
}

/** In a lake, as in DuckDB, `a` and `A` are one name. */
function refuseAlike(columns: Column[]): void {
  const alike = columns.find(
    ({ name }, n) => columns.findIndex((other) => other.name.toLowerCase() === name.toLowerCase()) < n,
  );
  if (alike)
    throw new StageError(
      `Two columns are called "${alike.name}", in upper or lower case: for a lake that is one name.`,
      {
        field: "drop_columns",
        hint: "Leave one of them out.",
      },
    );
}

function refuseLeft({ table }: Plan, columns: Column[], there: { name: string }[]): void {
  const left = there.filter(({ name }) => !columns.some((one) => one.name.toLowerCase() === name.toLowerCase()));
  if (left.length === 0) return;
  const words = left.map(({ name }) => `"${name}"`).join(", ");
  throw new StageError(
    `${said(table)} has a column ${words} that is not copied, and a lake writes a changed row as a whole. Nothing was written.`,
    { field: "mode", hint: "Copy all rows: the column goes from the copy then. Or copy to a table of another name." },
  );
}
