import type pg from "pg";
import { type Context, StageError, type Told } from "../context";
import { list, literal, quoted, said, shown, type TableName } from "../names";
import { ask } from "../warehouse";
import { madeTable } from "./fence";
import type { Rows } from "./rows";
import { type Column, madeBy, makeTable, noteMade, type Target } from "./target";
import type { Plan } from "./writing";

interface Replacing {
  client: pg.Client;
  context: Context;
  plan: Plan;
  rows: Rows;
  there: Target | null;
}

/**
 * Builds the new table beside the old one and exchanges them at the end, so that readers see the old rows until the
 * commit and the new ones after it. What stands on the old table (views, keys, triggers) would be lost with it: there
 * the rows are exchanged inside of it.
 */
export async function replaceTable({ client, context, plan, rows, there }: Replacing): Promise<Told> {
  const { table } = plan;
  if (!there) {
    await makeTable(client, context, table, rows.columns);
    await noteMade(client, context, table);
    const added = await rows.into(client, shown(table), rows.columns, null);
    await client.query(`analyze ${shown(table)}`);
    return { rows: added, metrics: { added, replaced: 0 } };
  }
  await refuseExisting(client, context, plan, there);
  const columns = columnsFor(rows.columns, there);
  const beside = { schema: table.schema, name: `sluice_new_${context.fencingToken}_${table.name}`.slice(0, 60) };
  await makeTable(client, context, table, columns, beside);
  const added = await rows.into(client, shown(beside), columns, null);
  const [row] = await ask(client, `select count(*) from ${shown(table)}`);
  if (there.bound || !there.owned) await exchangeRows(client, table, there, columns, beside);
  else await exchangeTables(client, table, columns, beside);
  await client.query(`analyze ${shown(table)}`);
  return { rows: added, metrics: { added, replaced: Number(row?.[0] ?? 0) } };
}

/** @throws StageError where the table that stands there is not to be replaced */
export async function refuseExisting(client: pg.Client, context: Context, plan: Plan, there: Target): Promise<void> {
  const { table, onlyNew } = plan;
  refuseForeign(context, table, there);
  // A reader may not be let to see who made it: then a dry run cannot know.
  if (!onlyNew || (context.dry && there.ours === null)) return;
  // An attempt before this one, which did not live to tell, may have made it.
  if (there.ours && (await madeBy(client, context, table))) return;
  throw new StageError(`${said(table)} is there already, and was left as it is.`, {
    field: "table",
    hint: "Choose another name, or have it replaced.",
  });
}

/** A table that somebody else made is theirs, also where the writer could drop it. */
function refuseForeign(context: Context, table: TableName, there: Target): void {
  // Published by an admin.
  if (there.ours !== false || context.writes?.schemas === null || !context.writes) return;
  const yes = `insert into ${quoted(table.schema)}.${madeTable} (name) values (${literal(table.name)})`;
  throw new StageError(`${said(table)} was not made by Sluice (it belongs to ${there.owner}), so it is not replaced.`, {
    field: "mode",
    hint: `If its owner agrees, let them run: ${yes}; or choose another mode or name.`,
  });
}

/** A column keeps the type that it has. */
function columnsFor(rows: Column[], there: Target): Column[] {
  return rows.map((column) => there.columns.find(({ name }) => name === column.name) ?? column);
}

async function exchangeRows(client: pg.Client, table: TableName, there: Target, columns: Column[], beside: TableName) {
  const mine = columns.filter((column) => !there.columns.some(({ name }) => name === column.name));
  if (mine.length > 0) {
    const words = mine.map(({ name }) => `"${name}"`).join(", ");
    throw new StageError(`${said(table)} has no column ${words}, and cannot get it: views or keys stand on it.`, {
      hint: "Add the column to the table, or leave it out.",
    });
  }
  const names = list(columns.map(({ name }) => name));
  await client.query(`lock table ${shown(table)} in share row exclusive mode`);
  await client.query(`delete from ${shown(table)}`);
  await client.query(`insert into ${shown(table)} (${names}) select ${names} from ${shown(beside)}`);
  await client.query(`drop table ${shown(beside)}`);
}

/** With the old one's indexes, keys, defaults, comments and grants. */
async function exchangeTables(client: pg.Client, table: TableName, columns: Column[], beside: TableName) {
  const after = await carriedOver(client, table, columns, beside);
  const [owner] = await ask(
    client,
    `select pg_catalog.pg_get_userbyid(relowner) from pg_catalog.pg_class where oid = ${literal(shown(table))}::regclass`,
  );
  for (const text of after.before) await client.query(text);
  await client.query(`drop table ${shown(table)}`);
  await client.query(`alter table ${shown(beside)} rename to ${quoted(table.name)}`);
  for (const text of after.names) await client.query(text);
  const [now] = await ask(client, "select current_user::text");
  if (owner?.[0] && owner[0] !== now?.[0])
    await client.query(`alter table ${shown(table)} owner to ${quoted(owner[0])}`);
}

/** Statements that give the new table what the old one has, and those that then give it the names. */
async function carriedOver(client: pg.Client, table: TableName, columns: Column[], beside: TableName) {
  const old = `${literal(shown(table))}::regclass`;
  const kept = `array[${columns.map(({ name }) => literal(name)).join(", ")}]::name[]`;
  const to = shown(beside);
  const rows = await ask(
    client,
    `with a as (select attnum, attname from pg_catalog.pg_attribute where attrelid = ${old} and attnum > 0 and not attisdropped),
       gone as (select attnum from a where attname <> all (${kept}))
     select 'default', a.attname, pg_catalog.pg_get_expr(d.adbin, d.adrelid), null, 1 as step
       from pg_catalog.pg_attrdef d join a on a.attnum = d.adnum
       join pg_catalog.pg_attribute t on t.attrelid = d.adrelid and t.attnum = d.adnum and t.attgenerated = ''
       where d.adrelid = ${old} and a.attnum not in (select attnum from gone)
     union all select 'not null', a.attname, null, null, 1 from pg_catalog.pg_attribute t join a on a.attnum = t.attnum
       where t.attrelid = ${old} and t.attnotnull and a.attnum not in (select attnum from gone)
     union all select 'constraint', k.conname, pg_catalog.pg_get_constraintdef(k.oid), null, 2 from pg_catalog.pg_constraint k
       where k.conrelid = ${old} and k.contype in ('p', 'u', 'c', 'f', 'x')
         and not exists (select from gone where gone.attnum = any (k.conkey))
     union all select 'index', c.relname, pg_catalog.pg_get_indexdef(i.indexrelid),
         (i.indisunique)::text, 2 from pg_catalog.pg_index i join pg_catalog.pg_class c on c.oid = i.indexrelid
       where i.indrelid = ${old} and not exists (select from pg_catalog.pg_constraint k where k.conindid = i.indexrelid)
         and not exists (select from pg_catalog.pg_depend d join gone on gone.attnum = d.refobjsubid
           where d.classid = 'pg_class'::regclass and d.objid = i.indexrelid and d.refobjid = ${old})
     union all select 'comment', a.attname, x.description, null, 3 from pg_catalog.pg_description x
         left join a on a.attnum = x.objsubid
       where x.objoid = ${old} and x.classoid = 'pg_class'::regclass
         and (x.objsubid = 0 or a.attnum not in (select attnum from gone))
     union all select 'grant', g.privilege_type, case when g.grantee = 0 then null else pg_catalog.pg_get_userbyid(g.grantee) end,
         g.is_grantable::text, 3 from pg_catalog.pg_class c, pg_catalog.aclexplode(c.relacl) g
       where c.oid = ${old} and g.grantee <> c.relowner
     order by step`,
  );
  const before: string[] = [];
  const names: string[] = [];
  let index = 0;
  for (const [kind, name, definition, more] of rows) {
    const column = quoted(name ?? "");
    const passing = quoted(`${beside.name.slice(0, 50)}_${++index}`);
    if (kind === "default") before.push(`alter table ${to} alter column ${column} set default ${definition}`);
    if (kind === "not null") before.push(`alter table ${to} alter column ${column} set not null`);
    if (kind === "comment")
      before.push(`comment on ${name ? `column ${to}.${column}` : `table ${to}`} is ${literal(definition ?? "")}`);
    if (kind === "grant")
      before.push(
        `grant ${name} on ${to} to ${definition === null ? "public" : quoted(definition ?? "")}${more === "true" ? " with grant option" : ""}`,
      );
    if (kind === "constraint") {
      before.push(`alter table ${to} add constraint ${passing} ${definition}`);
      names.push(`alter table ${shown(table)} rename constraint ${passing} to ${column}`);
    }
    if (kind === "index") {
      const using = (definition ?? "").slice((definition ?? "").indexOf(" USING ") + 1);
      before.push(`create ${more === "true" ? "unique " : ""}index ${passing} on ${to} ${using}`);
      names.push(`alter index ${quoted(table.schema)}.${passing} rename to ${column}`);
    }
  }
  return { before, names };
}
