import type { DuckDBConnection } from "@duckdb/node-api";
import { type OpenTable, type TableName, WarehouseError } from "@/lib/warehouses/adapter";
import { at } from "./sandbox-errors";
import { type FoundName, readStatement } from "./sandbox-names";

/** A view on a view on a view … */
const deepest = 16;

type Ask = (names: TableName[]) => Promise<(OpenTable | string)[]>;

/**
 * What a statement reads, each name once, and what views read before the views themselves.
 * @throws WarehouseError at the place of the first that they may not read
 */
export async function tablesOf(
  parser: DuckDBConnection,
  { names, sql, schemas }: { names: FoundName[]; sql: string; schemas: string[] | null },
  ask: Ask,
): Promise<OpenTable[]> {
  const opened: OpenTable[] = [];
  const known = new Set<string>();
  async function open(found: FoundName[], text: string, within: string[]): Promise<void> {
    const distinct = [...new Map(found.map((name) => [keyOf(name), name])).values()].filter(
      (name) => !known.has(keyOf(name)),
    );
    if (distinct.length === 0) return;
    const answers = await ask(distinct.map(({ schema, name }) => ({ schema, name })));
    for (const [k, one] of distinct.entries()) {
      const table = answers[k] ?? "It could not be opened. Try again.";
      const place = within.length === 0 ? at(text, one.byte) : {};
      const via = within.length === 0 ? "" : `The view ${within.at(-1)} cannot be read. `;
      if (typeof table === "string") throw new WarehouseError({ code: "42P01", message: `${via}${table}`, ...place });
      if (table.view !== undefined) {
        if (within.length >= deepest)
          throw new WarehouseError({ code: "54001", message: `${via}It stands on too many views, or on itself.` });
        const inner = await readStatement(parser, table.view, schemas);
        await open(inner.names, table.view, [...within, `${one.schema}.${one.name}`]);
      }
      if (known.has(keyOf(one))) continue;
      known.add(keyOf(one));
      opened.push(table);
    }
  }
  await open(names, sql, []);
  return opened;
}

/** DuckDB's names are the same in any case. */
const keyOf = ({ schema, name }: TableName) => JSON.stringify([schema.toLowerCase(), name.toLowerCase()]);
