import type { z } from "zod";
import type { Context } from "@/lib/access/context";
import { readerFor, warehousesOf } from "@/lib/access/reader";
import { likeText } from "@/lib/platform/db/like";
import { pool } from "@/lib/platform/db/pool";
import type { foundTable } from "./schema";

/**
 * Tables whose name holds the words, in every warehouse that this person may use and as their reader sees it: names
 * that begin with the words first. Only catalogues that were read before are looked at; no warehouse is asked.
 */
export async function findTables(ctx: Context, words: string, limit: number): Promise<z.infer<typeof foundTable>[]> {
  const ids = await warehousesOf(ctx);
  const readers = await Promise.all(ids.map(async (id) => (await readerFor(ctx, id).catch(() => null))?.readerId));
  const bare = likeText(words.trim());
  const { rows } = await pool().query<z.infer<typeof foundTable>>(
    `select w.name as warehouse, t.value->>'schema' as schema, t.value->>'name' as name
     from catalogs c join warehouses w on w.id = c.warehouse_id
       cross join lateral jsonb_array_elements(c.tables) t(value)
     where c.reader_id = any($1) and (t.value->>'schema') || '.' || (t.value->>'name') ilike '%' || $2 || '%'
     order by (t.value->>'name') ilike $2 || '%' desc, length(t.value->>'name'), 2, 3, 1 limit $3`,
    [readers.filter(Boolean), bare, limit],
  );
  return rows;
}
