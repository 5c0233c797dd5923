import type pg from "pg";
import { addTableCounts, type TableCount } from "./add-table-counts";
import { stagesOf, tablesOfStages } from "./day-stages";

/**
 * Which tables the day's stages have read, as far as their forms and their SQL say it, beside what countTables has written of that
 * day. Of warehouses where everybody has a reader of their own nothing.
 */
export async function countStageTables(client: pg.PoolClient, day: string, between: string[]): Promise<void> {
  const { read } = await tablesOfStages(client);
  for await (const stages of stagesOf(client, between)) {
    const counts = new Map<string, TableCount>();
    for (const stage of stages) {
      const { user_id: user, source, tries } = stage;
      for (const { warehouse, table } of read(stage)) {
        const key = [warehouse, table, user, source].join("\n");
        const before = counts.get(key)?.count ?? 0;
        counts.set(key, { warehouse, table, user, source, count: before + tries });
      }
    }
    await addTableCounts(client, day, [...counts.values()]);
  }
}
