import type { Context, Reach } from "../context";
import { StageError } from "../context";
import { quoted } from "../names";
import type { Source } from "../source";
import { columnsOf } from "./columns";
import { inSnapshot, literal, name, openMysql } from "./connect";
import { statementRows } from "./rows";

const orderedTypes = /^(smallint|integer|bigint|numeric|real|double|date|timestamp)/;

/** A table of MySQL or MariaDB, read as PostgreSQL writes it. */
export async function mysqlSource(_context: Context, reach: Reach): Promise<Source> {
  const client = await openMysql(reach, "source");
  return {
    schema: reach.database,
    within: (work) => inSnapshot(client, work),
    columns: (table) => columnsOf(client, table),
    digest: ({ cell }, salt) => `sha2(concat(${literal(salt)}, cast(${cell} as char character set utf8mb4)), 256)`,
    highest({ name: column, type }) {
      if (!orderedTypes.test(type))
        throw new StageError(`${column} is ${type}: MySQL orders texts its own way. Choose a number or a time.`, {
          field: "cursor",
        });
      const most = `max(${quoted(column)})`;
      return /with time zone/.test(type) ? `(${most} at time zone 'UTC')::text` : `${most}::text`;
    },
    rows(cells, { schema, name: table }, columns, since) {
      const where = since
        ? ` where ${name(since.column)} >= ${/^-?[\d.]+$/.test(since.value) ? since.value : literal(since.value)}`
        : "";
      return statementRows(client, `select ${cells.join(", ")} from ${name(schema)}.${name(table)}${where}`, columns);
    },
  };
}
