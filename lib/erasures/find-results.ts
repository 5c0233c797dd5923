import { warehouseFor } from "@/lib/access/reader";
import { likeText } from "@/lib/platform/db/like";
import { sql } from "@/lib/platform/db/pool";
import { invalidAt } from "@/lib/platform/errors";
import { tableNames } from "@/lib/queries/tables";
import type { ErasureOf } from "./schema";

/** What an erasure is of, with ids and in words. */
export interface Target {
  warehouse: { id: string; name: string } | null;
  table: { schema: string; name: string } | null;
  person: { id: string; name: string } | null;
  about: string;
}

export interface Found {
  /** Statements with rows that have ended by then. */
  ids: string[];
  /** Of them those that only read others' rows. */
  derived: number;
  /** Statements that may yet store rows. */
  unfinished: number;
}

/** @throws SluiceError not_found, invalid at the field */
export async function targetOf(asked: ErasureOf): Promise<Target> {
  const home = asked.warehouse === undefined ? null : await warehouseFor(asked.warehouse);
  const [person] = asked.person
    ? await sql<{ id: string; name: string }>("erase-person", "select id, name from users where id = $1", [
        asked.person,
      ])
    : [null];
  if (person === undefined) throw invalidAt("person", "There is no such person.");
  if (asked.table && home?.personal) {
    const message = `${home.name} has no tables of its own: its results go with those that they were made from, or by person.`;
    throw invalidAt("warehouse", message);
  }
  const [schema, name] = asked.table?.split(".") ?? [];
  const words = [
    asked.table && `results that read ${asked.table}`,
    person && `${asked.table ? "that" : "results that"} ${person.name} ran`,
    home && `in ${home.name}`,
  ];
  return {
    warehouse: home && { id: home.id, name: home.name },
    table: schema && name ? { schema, name } : null,
    person,
    about: words.filter(Boolean).join(" "),
  };
}

const hasRows = "(s.head is not null or s.result_key is not null)";
const isOver = "s.state in ('succeeded', 'failed', 'cancelled')";

/**
 * Statements by what they read or who ran them, and all that was made from their rows on Results and files. A table is
 * found by name in the SQL: what read it through a view names the view.
 */
export async function findResults(target: Target, upTo: Date): Promise<Found> {
  const named = await (target.table ? readingTable(target, target.table) : ofPerson(target));
  const [row] = await sql<{ ids: string[] | null; derived: number; unfinished: number }>(
    "erase-reach",
    `with recursive reach(id) as (
       select unnest($1::text[])
       union select x.statement_id from reach r join executions e on e.statement_id = r.id
         join statement_sources x on x.execution_id = e.id),
     found as (select s.id, ${isOver} as over from reach r join statements s on s.id = r.id
       where not ${isOver} or ${hasRows} and s.finished_at <= $2)
     select array_agg(id) filter (where over) as ids, (count(*) filter (where not over))::int as unfinished,
       (count(*) filter (where over and id <> all($1)))::int as derived from found`,
    [named, upTo],
  );
  return { ids: row?.ids ?? [], derived: row?.derived ?? 0, unfinished: row?.unfinished ?? 0 };
}

async function ofPerson({ warehouse, person }: Target): Promise<string[]> {
  const rows = await sql<{ id: string }>(
    "erase-of-person",
    "select distinct statement_id as id from executions where user_id = $1 and ($2::text is null or warehouse_id = $2)",
    [person?.id, warehouse?.id ?? null],
  );
  return rows.map(({ id }) => id);
}

interface Text {
  id: string;
  sql: string;
  engine: string;
  reader_id: string;
}

/** Texts of up to 8 MiB each are in memory at once. */
const batch = 20;

async function readingTable({ warehouse, person }: Target, table: { schema: string; name: string }): Promise<string[]> {
  // A quote within a quoted name is doubled in the text.
  const like = `%${likeText(table.name).replaceAll('"', "%")}%`;
  const elsewhere = await otherHomes(warehouse?.id ?? "", table);
  const found: string[] = [];
  for (let after = ""; ; ) {
    const rows = await sql<Text>(
      "erase-texts",
      `select s.id, s.sql, w.engine, s.reader_id from statements s join warehouses w on w.id = s.warehouse_id
       where s.id > $1 and s.warehouse_id = $2 and s.sql ilike $3
         and ($4::text is null or exists (select 1 from executions e where e.statement_id = s.id and e.user_id = $4))
         and (${hasRows} or not ${isOver} or exists (
           select 1 from executions e join statement_sources x on x.execution_id = e.id where e.statement_id = s.id))
       order by s.id limit ${batch}`,
      [after, warehouse?.id, like, person?.id ?? null],
    );
    for (const row of rows) {
      const reads = tableNames(row.sql, row.engine).some(
        ({ schema, name }) =>
          name === table.name && (schema === table.schema || (schema === null && !elsewhere.has(row.reader_id))),
      );
      if (reads) found.push(row.id);
    }
    const last = rows.at(-1);
    if (!last || rows.length < batch) return found;
    after = last.id;
  }
}

/** Readers to whom the bare name is a table of another schema. Where no catalogue has it (any more) it may be the one. */
async function otherHomes(warehouse: string, { schema, name }: { schema: string; name: string }): Promise<Set<string>> {
  const rows = await sql<{ reader_id: string }>(
    "erase-homes",
    `select c.reader_id from catalogs c where c.warehouse_id = $1
       and (select t ->> 'schema' from jsonb_array_elements(c.tables) t where t ->> 'name' = $3
         order by t ->> 'schema' <> 'public', 1 limit 1) <> $2`,
    [warehouse, schema, name],
  );
  return new Set(rows.map(({ reader_id }) => reader_id));
}
