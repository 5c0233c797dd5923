import type pg from "pg";
import { type Context, StageError } from "../context";
import { literal, quoted, said, shown, type TableName } from "../names";
import { ask } from "../warehouse";
import { madeTable, runColumn } from "./fence";

export interface Column {
  name: string;
  /** PostgreSQL's, with modifiers. */
  type: string;
}

export interface Target {
  columns: (Column & { generated: boolean })[];
  owner: string;
  /** Whether the writer may drop it. */
  owned: boolean;
  /** In the list of those that Sluice made; null: this role may not look. */
  ours: boolean | null;
  /** What cannot follow to a new table: views on it, keys that point to it, sequences, triggers, policies, partitions. */
  bound: boolean;
}

interface Told extends Omit<Target, "ours"> {
  kind: string;
}

/** Null where there is no such table. @throws StageError for what is no table */
export async function targetOf(client: pg.Client, table: TableName): Promise<Target | null> {
  const [row] = await ask(
    client,
    `select json_build_object('kind', c.relkind, 'owner', pg_catalog.pg_get_userbyid(c.relowner),
       'owned', pg_catalog.pg_has_role(c.relowner, 'usage'),
       'bound', c.relkind = 'p' or c.relispartition or c.relrowsecurity or c.relhasrules
         or exists (select from pg_catalog.pg_trigger t where t.tgrelid = c.oid)
         or exists (select from pg_catalog.pg_inherits i where c.oid in (i.inhrelid, i.inhparent))
         or exists (select from pg_catalog.pg_attribute g where g.attrelid = c.oid and (g.attidentity <> '' or g.attgenerated <> ''))
         or exists (select from pg_catalog.pg_depend s join pg_catalog.pg_class q on q.oid = s.objid and q.relkind = 'S'
           where s.classid = 'pg_class'::regclass and s.refobjid = c.oid)
         or exists (select from pg_catalog.pg_constraint k where k.confrelid = c.oid)
         or exists (select from pg_catalog.pg_depend d where d.refclassid = 'pg_class'::regclass and d.refobjid = c.oid
           and d.classid in ('pg_rewrite'::regclass, 'pg_proc'::regclass, 'pg_publication_rel'::regclass)),
       'columns', (select json_agg(json_build_object('name', a.attname, 'type',
           pg_catalog.format_type(a.atttypid, a.atttypmod), 'generated', a.attgenerated <> '' or a.attidentity = 'a')
           order by a.attnum)
         from pg_catalog.pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped))::text
     from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     where n.nspname = $1 and c.relname = $2`,
    [table.schema, table.name],
  );
  if (!row?.[0]) return null;
  const { kind, ...told } = JSON.parse(row[0]) as Told;
  if (kind !== "r" && kind !== "p")
    throw new StageError(`${said(table)} is no table. Choose another name, or drop what has it.`, { field: "table" });
  return { ...told, columns: told.columns ?? [], ours: await isOurs(client, table) };
}

/** Whether this role may read a table, by the catalogue, for a refusal would end the transaction. Null: there is none. */
export async function mayRead(client: pg.Client, { schema, name }: TableName): Promise<boolean | null> {
  const [row] = await ask(
    client,
    `select (pg_catalog.has_schema_privilege(n.oid, 'usage') and pg_catalog.has_table_privilege(c.oid, 'select'))::text
     from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace where n.nspname = $1 and c.relname = $2`,
    [schema, name],
  );
  return row ? row[0] === "true" : null;
}

/** A schema in which Sluice never wrote has no list. */
async function isOurs(client: pg.Client, { schema, name }: TableName): Promise<boolean | null> {
  const listed = await mayRead(client, { schema, name: madeTable });
  if (!listed) return listed === null ? false : null;
  const made = `select 1 from ${quoted(schema)}.${madeTable} where name = $1`;
  return (await ask(client, made, [name])).length > 0;
}

/** Whether this stage of this pipeline is who made it. */
export async function madeBy(client: pg.Client, context: Context, { schema, name }: TableName): Promise<boolean> {
  const made = `select 1 from ${quoted(schema)}.${madeTable} where name = $1 and pipeline = $2 and stage = $3`;
  return (await ask(client, made, [name, context.run.pipeline, context.stage])).length > 0;
}

/** Of a table that rows are to be added to. */
export function missingRunColumn(table: TableName): StageError {
  return new StageError(
    `${said(table)} has no column ${runColumn}, by which a retry finds the rows that it has added before.`,
    {
      field: "mode",
      hint: `Let its owner run: alter table ${shown(table)} add column ${runColumn} bigint; or choose another mode.`,
    },
  );
}

/** The columns of the target that the rows fill, in the rows' order. @throws StageError naming those that are missing */
export function matched(table: TableName, target: Target, rows: { name: string }[]): Column[] {
  const missing = rows.filter(({ name }) => !target.columns.some((column) => column.name === name));
  if (missing.length > 0) {
    const theirs = target.columns.filter(({ name }) => name !== runColumn).map(({ name }) => name);
    const words = missing.map(({ name }) => `"${name}"`).join(", ");
    throw new StageError(`${said(table)} has no column ${words}. It has: ${theirs.join(", ")}.`, {
      field: "table",
      hint: "Add the column to the table, or leave it out of what is written.",
    });
  }
  return rows.map(({ name }) => target.columns.find((column) => column.name === name) as Column);
}

/** @param as the name to make it under, where that is not its own yet */
export async function makeTable(
  client: pg.Client,
  context: Context,
  table: TableName,
  columns: Column[],
  as = table,
): Promise<void> {
  const lines = columns.map(({ name, type }) => `${quoted(name)} ${type}`);
  await client.query(`create table ${shown(as)} (${lines.join(", ")})`);
  await client.query(
    `comment on table ${shown(as)} is ${literal(`Made by Sluice: ${context.run.pipeline}, ${context.stage}`)}`,
  );
  for (const reader of context.writes?.readers ?? [])
    await client.query(`grant select on ${shown(as)} to ${quoted(reader)}`);
}

/** Of one that was not there: whoever made one of that name before is not who made this. */
export async function noteMade(client: pg.Client, context: Context, { schema, name }: TableName): Promise<void> {
  await ask(
    client,
    `insert into ${quoted(schema)}.${madeTable} (name, pipeline, stage) values ($1, $2, $3)
     on conflict (name) do update set pipeline = excluded.pipeline, stage = excluded.stage, at = now()`,
    [name, context.run.pipeline, context.stage],
  );
}

/** @throws StageError where the team has no right on the schema */
export function refuseSchema(context: Context, { schema }: TableName, field: string): void {
  const schemas = context.writes?.schemas;
  if (!schemas || schemas.includes(schema)) return;
  const may = schemas.length > 0 ? `It may write in ${schemas.join(", ")}.` : "It has been granted no schema yet.";
  throw new StageError(`This pipeline's team may not write in the schema ${schema}. ${may}`, {
    field,
    hint: "Ask an admin to grant the schema to the team.",
  });
}
