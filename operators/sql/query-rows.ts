import type pg from "pg";
import { to as copyTo } from "pg-copy-streams";
import { postgresAnswer } from "./answer";
import type { SourceRows } from "./source";
import { ask } from "./warehouse";
import { copyIn } from "./write/copy-in";
import type { Column } from "./write/target";

const atOnce = 5_000;

/**
 * Rows of a query in another session, as the one server writes and the other reads them.
 * @param source in its read-only transaction
 * @param cells what the query selects, one for each column
 */
export function queryRows(source: pg.Client, cells: string[], from: string, columns: Column[]): SourceRows {
  return {
    columns,
    async answer(limit) {
      const most = limit === null ? "" : ` limit ${limit}`;
      return postgresAnswer(source, { sql: `select ${cells.join(", ")} ${from}${most}`, columns });
    },
    async count() {
      const [row] = await ask(source, `select count(*)::text ${from}`);
      return Number(row?.[0] ?? 0);
    },
    async *read(_, limit) {
      const most = limit === null ? "" : ` limit ${limit}`;
      await source.query(`declare sluice_rows no scroll cursor for select ${cells.join(", ")} ${from}${most}`);
      for (;;) {
        const rows = await ask(source, `fetch ${atOnce} from sluice_rows`);
        if (rows.length > 0) yield rows;
        if (rows.length < atOnce) break;
      }
      await source.query("close sluice_rows");
    },
    into(client, into, target, run) {
      const select = [...cells, ...(run === null ? [] : [run])].join(", ");
      return copyIn(source.query(copyTo(`copy (select ${select} ${from}) to stdout`)), client, into, target, run);
    },
  };
}
