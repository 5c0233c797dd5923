import { type Block, readScope } from "@/lib/completion/scope";
import { wordsAround } from "@/lib/completion/words";
import { pool } from "@/lib/platform/db/pool";
import { lexisOf } from "@/lib/warehouses/lexis";

/** Tables by name as the text has them: `schema.table`, or the bare name. What a WITH names is none. */
export function tableNames(sql: string, engine: string): { schema: string | null; name: string }[] {
  const blocks: Block[] = readScope(wordsAround(sql, 0, lexisOf(engine)).words, sql.length);
  const named = new Set(blocks.flatMap(({ ctes }) => ctes.map(({ name }) => name)));
  const found = new Map<string, { schema: string | null; name: string }>();
  for (const { schema, name } of blocks.flatMap(({ relations }) => relations)) {
    if (!name || (!schema && named.has(name))) continue;
    found.set(`${schema ?? ""}.${name}`, { schema, name });
  }
  return [...found.values()].slice(0, 200);
}

/** The same with the schema that the reader's catalogue has for a bare name; `public` where it has several. */
export async function tablesIn(
  sql: string,
  warehouse: { id: string; engine: string },
  readerId: string,
): Promise<string[]> {
  const names = tableNames(sql, warehouse.engine);
  const bare = names.filter(({ schema }) => schema === null).map(({ name }) => name);
  const schemas = new Map<string, string>();
  if (bare.length > 0) {
    const { rows } = await pool().query<{ schema: string; name: string }>(
      `select t ->> 'schema' as schema, t ->> 'name' as name from catalogs c, jsonb_array_elements(c.tables) t
       where c.warehouse_id = $1 and c.reader_id = $2 and t ->> 'name' = any($3)
       order by t ->> 'schema' <> 'public' desc, 1 desc`,
      [warehouse.id, readerId, bare],
    );
    for (const row of rows) schemas.set(row.name, row.schema);
  }
  const full = names.map(({ schema, name }) => {
    const home = schema ?? schemas.get(name);
    return home ? `${home}.${name}` : name;
  });
  return [...new Set(full)];
}
