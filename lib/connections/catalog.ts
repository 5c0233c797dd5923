import type { Context } from "@/lib/access/context";
import { readerFor } from "@/lib/access/reader";
import { likeText } from "@/lib/platform/db/like";
import { pool } from "@/lib/platform/db/pool";
import { SluiceError } from "@/lib/platform/errors";
import { connectionFor } from "./connection";
import { tablesOf } from "./tables";

/** What was last seen of a warehouse by this person's reader, asked for in parts: a list of 10,000 tables stays where it is. */

export interface SeenTable {
  schema: string;
  name: string;
  rows: number | null;
  columns: { name: string; type: string }[];
}

/** How a list stands: when it was read, and why it is not newer. */
export interface Seen {
  /** Null: never. */
  at: Date | null;
  note: string | null;
}

/**
 * Sees to it that the list is there, and no older than asked where the warehouse can be reached; one that cannot be, or
 * does not answer in time, is no reason to fail: the older list counts, and the note says so.
 * @throws SluiceError not_found where the person may not use the warehouse
 */
export async function seenOf(ctx: Context, warehouse: string, maxAgeMs = Infinity): Promise<Seen> {
  const { warehouse: found, readerId } = await readerFor(ctx, warehouse);
  const before = await fetchedAt(found.id, readerId);
  if (before && Date.now() - before.getTime() <= maxAgeMs) return { at: before, note: null };
  try {
    await inTime(tablesOf(ctx, found.id, before !== null));
    return { at: (await fetchedAt(found.id, readerId)) ?? null, note: null };
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    return { at: before, note: before ? `${error.message} This is what was seen before.` : error.message };
  }
}

const patienceMs = 5_000;

async function inTime(work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new SluiceError("unavailable", "The warehouse takes long to say what it has.");
    timer = setTimeout(() => reject(error), patienceMs);
  });
  // Nobody else hears when it fails later.
  work.catch(() => undefined);
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}

async function fetchedAt(warehouseId: string, readerId: string): Promise<Date | null> {
  const { rows } = await pool().query<{ at: Date }>(
    "select fetched_at as at from catalogs where warehouse_id = $1 and reader_id = $2",
    [warehouseId, readerId],
  );
  return rows[0]?.at ?? null;
}

const tableColumns = `t.value->>'schema' as schema, t.value->>'name' as name, (t.value->>'rows')::float8 as rows,
  coalesce(t.value->'columns', '[]') as columns`;
const fromCatalog =
  "from catalogs c cross join lateral jsonb_array_elements(c.tables) t(value) where c.warehouse_id = $1 and c.reader_id = $2";
const fullName = "(t.value->>'schema') || '.' || (t.value->>'name')";

/** Those of these names (`schema.table`) that there are. */
export async function namedTables(ctx: Context, warehouse: string, names: string[]): Promise<SeenTable[]> {
  const { warehouse: found, readerId } = await readerFor(ctx, warehouse);
  const { tables } = await connectionFor(readerId);
  // Sluice's own list is not kept twice.
  if (tables) return (await tables.list()).filter(({ schema, name }) => names.includes(`${schema}.${name}`));
  const { rows } = await pool().query<SeenTable>(`select ${tableColumns} ${fromCatalog} and ${fullName} = any($3)`, [
    ...[found.id, readerId, names],
  ]);
  return rows;
}

/** Tables whose name holds the words, those that begin with them first. */
export async function searchTables(
  ctx: Context,
  warehouse: string,
  { words, schemas, limit }: { words: string; schemas: readonly string[] | null; limit: number },
): Promise<SeenTable[]> {
  const { warehouse: found, readerId } = await readerFor(ctx, warehouse);
  const { rows } = await pool().query<SeenTable>(
    `select t.value->>'schema' as schema, t.value->>'name' as name, (t.value->>'rows')::float8 as rows, '[]'::jsonb as columns
     ${fromCatalog} and ${fullName} ilike '%' || $3 || '%' and ($4::text[] is null or t.value->>'schema' = any($4))
     order by ${fullName} ilike $3 || '%' or t.value->>'name' ilike $3 || '%' desc, 1, 2 limit $5`,
    [found.id, readerId, likeText(words), schemas, limit],
  );
  return rows;
}

export async function seenSchemas(ctx: Context, warehouse: string): Promise<string[]> {
  const { warehouse: found, readerId } = await readerFor(ctx, warehouse);
  const { rows } = await pool().query<{ schema: string }>(
    `select distinct t.value->>'schema' as schema ${fromCatalog} order by 1`,
    [found.id, readerId],
  );
  return rows.map(({ schema }) => schema);
}
