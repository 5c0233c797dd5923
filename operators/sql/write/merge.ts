import { StageError, type Told } from "../context";
import { list, quoted, said, shown } from "../names";
import { ask, makeTemporary } from "../warehouse";
import { runColumn } from "./fence";
import type { Column } from "./target";
import { type Plan, runOf, type Writing } from "./writing";

const staged = "pg_temp.sluice_rows";
/** Types that have no equality: their text is compared. */
const incomparable = /^(json|xml|point|line|lseg|box|path|polygon|circle)\b/;

/**
 * Changes the rows whose key is there and adds the others. Nothing is deleted, and a row that stays the same is not
 * written again. Other writers of the table wait until the end; who reads does not.
 */
export async function mergeRows(writing: Writing): Promise<Told> {
  const { client, plan, columns, rows } = writing;
  const { table, key } = plan;
  refuseUnknownKey(key, columns);
  const names = list(columns.map(({ name }) => name));
  await makeTemporary(
    client,
    `create temporary table sluice_rows on commit drop as select ${names} from ${shown(table)} with no data`,
  );
  const count = await rows.into(client, staged, columns, null);
  await refuseKeys(writing);
  await client.query(`analyze ${staged}`);
  await client.query(`lock table ${shown(table)} in share row exclusive mode`);
  const same = sameKey(key);
  const run = runOf(writing);
  const changed = await update(writing, same, run);
  const [row] = await ask(
    client,
    `with added as (insert into ${shown(table)} (${names}${run === null ? "" : `, ${runColumn}`})
       select ${names}${run === null ? "" : `, ${run}`} from ${staged} s
       where not exists (select from ${shown(table)} t where ${same}) returning 1)
     select count(*) from added`,
  );
  const added = Number(row?.[0] ?? 0);
  return { rows: added + changed, metrics: { added, changed, unchanged: count - added - changed } };
}

async function update({ client, plan, columns }: Writing, same: string, run: string | null): Promise<number> {
  const others = columns.filter(({ name }) => !plan.key.includes(name));
  if (others.length === 0) return 0;
  const set = others.map(({ name }) => `${quoted(name)} = s.${quoted(name)}`);
  if (run !== null) set.push(`${runColumn} = ${run}`);
  const [row] = await ask(
    client,
    `with changed as (update ${shown(plan.table)} t set ${set.join(", ")} from ${staged} s
       where ${same} and (${differing(columns, plan.key)}) returning 1)
     select count(*) from changed`,
  );
  return Number(row?.[0] ?? 0);
}

/** Rows s of the batch and t of the table that stand under one key. */
export const sameKey = (key: string[]): string =>
  key.map((name) => `t.${quoted(name)} = s.${quoted(name)}`).join(" and ");

/** Whether such two differ; empty where there is nothing but the key. */
export function differing(columns: Column[], key: string[]): string {
  const others = columns.filter(({ name }) => !key.includes(name));
  const differs = others.map(({ name, type }) => {
    const as = incomparable.test(type) ? "::text" : "";
    return `t.${quoted(name)}${as} is distinct from s.${quoted(name)}${as}`;
  });
  return differs.join(" or ");
}

/** @throws StageError at the key */
export function refuseUnknownKey(key: string[], columns: Column[]): void {
  if (key.length === 0) throw new StageError("Say by which columns rows are the same.", { field: "key" });
  const unknown = key.filter((name) => !columns.some((column) => column.name === name));
  if (unknown.length > 0)
    throw new StageError(`The rows have no column ${unknown.map((name) => `"${name}"`).join(", ")} of the key.`, {
      field: "key",
    });
}

/** @param times null: not counted */
export function repeatedKey({ table, key }: Plan, value: string | null | undefined, times: string | null): StageError {
  const often = times === null ? "more than once" : `${times} times`;
  return new StageError(
    `Rows for ${said(table)} stand under the same key: ${key.join(", ")} = ${value} is there ${often}. Nothing was written.`,
    { field: "key", hint: "Make the rows unique before, or add a column to the key." },
  );
}

/** @throws StageError naming a key that is missing in a row, or stands in several */
async function refuseKeys({ client, plan }: Writing): Promise<void> {
  const keys = list(plan.key);
  const empty = plan.key.map((name) => `${quoted(name)} is null`).join(" or ");
  const [row] = await ask(client, `select count(*) from ${staged} where ${empty}`);
  if (Number(row?.[0]) > 0)
    throw new StageError(
      `${row?.[0]} of the rows have no value in the key (${plan.key.join(", ")}). Nothing was written.`,
      { field: "key", hint: "Leave such rows out, or choose another key." },
    );
  const [twice] = await ask(
    client,
    `select (array[${plan.key.map((name) => `${quoted(name)}::text`).join(", ")}])::text, count(*) from ${staged}
     group by ${keys} having count(*) > 1 limit 1`,
  );
  if (twice) throw repeatedKey(plan, twice[0], twice[1] ?? null);
}
