import { newId } from "@/lib/platform/ids";
import { type TableInfo, WarehouseError } from "@/lib/warehouses/adapter";
import { cellText } from "./cells";
import type { Client } from "./client";
import { serviceDetail } from "./errors";
import { getJob, insertJob, rowsOf } from "./jobs";
import { backendOf, jobOf, labelsOf } from "./session";

/** Data sets that are looked at side by side. */
const atOnce = 4;
const timeoutMs = 60_000;

interface Listed {
  datasets?: { datasetReference: { datasetId: string }; location?: string }[];
  nextPageToken?: string;
}

/** Those of the warehouse's own location: a job sees no others. */
async function datasetsOf(client: Client): Promise<string[]> {
  const found: string[] = [];
  let pageToken: string | undefined;
  do {
    const page: Listed = await client.call({ path: "/datasets", query: { maxResults: 1_000, pageToken } });
    for (const { datasetReference, location } of page.datasets ?? [])
      if ((location ?? client.config.location).toLowerCase() === client.config.location.toLowerCase())
        found.push(datasetReference.datasetId);
    pageToken = page.nextPageToken;
  } while (pageToken);
  return found;
}

type Row = (string | null)[];

/** A statement of ours, its rows as text. */
async function ask(client: Client, sql: string): Promise<Row[]> {
  const name = jobOf(backendOf(client.config.location, newId()), 0);
  const limits = { labels: labelsOf("introspect"), timeoutMs };
  await insertJob(client, name, { sql, parameters: [], timeZone: "UTC" }, limits);
  const rows: Row[] = [];
  for (let token: string | undefined, done = false; !done; ) {
    const page = await rowsOf(client, name, { token }).catch(async (error: unknown) => {
      const failed = (await getJob(client, name).catch(() => null))?.status?.errorResult;
      throw failed ? new WarehouseError(serviceDetail(failed)) : error;
    });
    if (!page.jobComplete) continue;
    const fields = page.schema?.fields ?? [];
    for (const { f } of page.rows ?? [])
      rows.push(f.map(({ v }, at) => cellText(v, fields[at] ?? { name: "", type: "STRING" })));
    token = page.pageToken;
    done = !token;
  }
  return rows;
}

const kinds: Record<string, TableInfo["kind"]> = {
  VIEW: "view",
  "MATERIALIZED VIEW": "materialized view",
  EXTERNAL: "foreign table",
};

/** What this account sees in its location, from INFORMATION_SCHEMA. Such a statement is billed for 10 MB at least. */
export async function introspect(client: Client): Promise<TableInfo[]> {
  const datasets = await datasetsOf(client);
  const tables: TableInfo[][] = [];
  let next = 0;
  const work = async () => {
    for (let at = next++; at < datasets.length; at = next++) tables[at] = await dataset(client, datasets[at] as string);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return tables.flat();
}

async function dataset(client: Client, name: string): Promise<TableInfo[]> {
  const home = `\`${client.config.project}\`.\`${name}\``;
  const schema = `${home}.INFORMATION_SCHEMA`;
  // What only says more is left out where the account, or the server, does not have it.
  const more = (sql: string) =>
    ask(client, sql).catch((error: unknown) => {
      if (error instanceof WarehouseError && error.detail.code !== "connection") return [];
      throw error;
    });
  const [tables, columns] = await Promise.all([
    ask(client, `select table_name, table_type from ${schema}.TABLES order by 1`),
    ask(
      client,
      `select table_name, column_name, data_type, is_nullable from ${schema}.COLUMNS order by 1, ordinal_position`,
    ),
  ]);
  const [notes, sizes, options, keys] = await Promise.all([
    more(`select table_name, column_name, description from ${schema}.COLUMN_FIELD_PATHS
      where field_path = column_name and description is not null`),
    more(`select table_id, cast(row_count as string), cast(size_bytes as string) from ${home}.__TABLES__`),
    more(`select table_name, option_value from ${schema}.TABLE_OPTIONS where option_name = 'description'`),
    more(`select k.table_name, k.constraint_name, k.column_name, c.table_schema, c.table_name, c.column_name
      from ${schema}.TABLE_CONSTRAINTS t
      join ${schema}.KEY_COLUMN_USAGE k on k.constraint_name = t.constraint_name
      join ${schema}.CONSTRAINT_COLUMN_USAGE c on c.constraint_name = t.constraint_name
      where t.constraint_type = 'FOREIGN KEY'`),
  ]);
  const noteOf = new Map(notes.map(([table, column, note]) => [`${table}\0${column}`, note ?? null]));
  const sizeOf = new Map(sizes.map(([table, ...size]) => [table, size]));
  const optionOf = new Map(options.map(([table, value]) => [table, literal(value ?? null)]));
  const made = new Map<string, TableInfo>();
  for (const [table, kind] of tables) {
    const [rows, bytes] = sizeOf.get(table ?? "") ?? [];
    made.set(table ?? "", {
      schema: name,
      name: table ?? "",
      kind: kinds[kind ?? ""] ?? "table",
      comment: optionOf.get(table ?? "") ?? null,
      rows: numberOf(rows),
      bytes: numberOf(bytes),
      columns: [],
      foreignKeys: foreignKeys(keys.filter(([from]) => from === table)),
    });
  }
  for (const [table, column, type, nullable] of columns) {
    const comment = noteOf.get(`${table}\0${column}`) ?? null;
    made.get(table ?? "")?.columns.push({ name: column ?? "", type: type ?? "", nullable: nullable !== "NO", comment });
  }
  return [...made.values()];
}

const numberOf = (text: string | null | undefined) => (text === null || text === undefined ? null : Number(text));

/** An option's value is written as SQL, a description as a string of double quotes. */
function literal(value: string | null): string | null {
  try {
    return value === null ? null : String(JSON.parse(value));
  } catch {
    return value;
  }
}

/** Keys of one column: of several the service does not say which belongs to which. */
function foreignKeys(rows: Row[]): TableInfo["foreignKeys"] {
  return rows.flatMap(([, constraint, column, schema, table, reference]) => {
    const alone = rows.filter((row) => row[1] === constraint).length === 1;
    if (!alone || !column || !schema || !table || !reference) return [];
    return [{ columns: [column], schema, table, references: [reference] }];
  });
}
