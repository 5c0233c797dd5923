import type { Session, TableInfo } from "@/lib/warehouses/adapter";
import { TextSink } from "@/lib/warehouses/text-sink";

const kinds: Record<string, TableInfo["kind"]> = {
  r: "table",
  v: "view",
  m: "materialized view",
  f: "foreign table",
  p: "partitioned table",
};

/**
 * One statement over sets: a lookup for each table would take minutes where there are 10,000. Partitions are left
 * out, their parent stands for them, and so are columns that the role may not read, with the keys from and to them.
 * A lone NUL-free JSON document a table keeps the answer streamable.
 */
const catalog = `
with seen as (
  select c.oid, n.nspname, c.relname, c.relkind, c.reltuples, c.relpages,
    pg_catalog.has_table_privilege(c.oid, 'select') as whole
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'v', 'm', 'f', 'p') and not c.relispartition
    and n.nspname !~ '^pg_(toast|temp|catalog)' and n.nspname <> 'information_schema'
    and pg_catalog.has_schema_privilege(n.oid, 'usage')
    and (pg_catalog.has_table_privilege(c.oid, 'select') or pg_catalog.has_any_column_privilege(c.oid, 'select'))
), fields as (
  select a.attrelid as oid, json_agg(json_build_array(a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod),
    not a.attnotnull, d.description) order by a.attnum) as list
  from pg_catalog.pg_attribute a
  join seen on seen.oid = a.attrelid
  left join pg_catalog.pg_description d on d.objoid = a.attrelid and d.classoid = 'pg_catalog.pg_class'::regclass
    and d.objsubid = a.attnum
  where a.attnum > 0 and not a.attisdropped
    and (seen.whole or pg_catalog.has_column_privilege(a.attrelid, a.attnum, 'select'))
  group by a.attrelid
), keys as (
  select k.conrelid as oid, json_agg(json_build_array(
    (select json_agg(a.attname order by p.place) from unnest(k.conkey) with ordinality p(num, place)
      join pg_catalog.pg_attribute a on a.attrelid = k.conrelid and a.attnum = p.num),
    other.nspname, other.relname,
    (select json_agg(a.attname order by p.place) from unnest(k.confkey) with ordinality p(num, place)
      join pg_catalog.pg_attribute a on a.attrelid = k.confrelid and a.attnum = p.num)) order by k.conname) as list
  from pg_catalog.pg_constraint k
  join seen on seen.oid = k.conrelid
  join seen other on other.oid = k.confrelid
  where k.contype = 'f'
    and (seen.whole or not exists (select 1 from unnest(k.conkey) num
      where not pg_catalog.has_column_privilege(k.conrelid, num, 'select')))
    and (other.whole or not exists (select 1 from unnest(k.confkey) num
      where not pg_catalog.has_column_privilege(k.confrelid, num, 'select')))
  group by k.conrelid
), parts as (
  select i.inhparent as oid, sum(greatest(c.reltuples, 0)) as tuples, sum(c.relpages) as pages
  from pg_catalog.pg_inherits i join pg_catalog.pg_class c on c.oid = i.inhrelid
  join seen on seen.oid = i.inhparent and seen.relkind = 'p'
  group by i.inhparent
)
select json_build_array(seen.nspname, seen.relname, seen.relkind, d.description,
  case when seen.relkind = 'v' then null when seen.relkind = 'p' then parts.tuples
    when seen.reltuples < 0 then null else seen.reltuples end,
  case when seen.relkind in ('v', 'f') then null else coalesce(parts.pages, seen.relpages)::bigint
    * pg_catalog.current_setting('block_size')::bigint end,
  fields.list, keys.list)
from seen
left join fields on fields.oid = seen.oid
left join keys on keys.oid = seen.oid
left join parts on parts.oid = seen.oid
left join pg_catalog.pg_description d on d.objoid = seen.oid and d.classoid = 'pg_catalog.pg_class'::regclass and d.objsubid = 0
order by seen.nspname, seen.relname`;

type Line = [
  string,
  string,
  string,
  string | null,
  number | null,
  number | null,
  [string, string, boolean, string | null][] | null,
  [string[], string, string, string[]][] | null,
];

export async function introspect(session: Session): Promise<TableInfo[]> {
  const sink = new TextSink();
  await session.run({ sql: catalog, values: [], limit: null }, sink);
  return sink.cells().map((cell) => {
    const [schema, name, kind, comment, rows, bytes, columns, keys] = JSON.parse(cell) as Line;
    return {
      schema,
      name,
      kind: kinds[kind] ?? "table",
      comment,
      rows,
      bytes,
      columns: (columns ?? []).map(([column, type, nullable, note]) => ({
        name: column,
        type,
        nullable,
        comment: note,
      })),
      foreignKeys: (keys ?? []).map(([own, toSchema, table, references]) => ({
        columns: own,
        schema: toSchema,
        table,
        references,
      })),
    };
  });
}
