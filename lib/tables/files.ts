import type { Context } from "@/lib/access/context";
import { sql } from "@/lib/platform/db/pool";
import { SluiceError } from "@/lib/platform/errors";
import { store } from "@/lib/platform/store/open";
import type { Column, TableInfo } from "@/lib/warehouses/adapter";
import { tableInfo } from "./results";
import type { Opened } from "./tables";

interface Row {
  name: string;
  file_name: string;
  store_key: string;
  bytes: number;
  rows: number;
  columns: Column[];
  archive: boolean;
}

const columns = "select name, file_name, store_key, bytes, rows, columns, format = 'archive' as archive from uploads";

/** A file of one's own, by the name it was given. @throws SluiceError */
export async function openFile(person: Context, name: string): Promise<Opened> {
  const [row] = await sql<Row>(
    "upload-named",
    `${columns} where user_id = $1 and lower(name) = lower($2) and deleted_at is null`,
    [person.user.id, name],
  );
  if (!row) {
    throw new SluiceError(
      "invalid",
      `There is no file "${name.slice(0, 100)}" of yours. Upload it on the page Files; what you have is listed there.`,
    );
  }
  if (row.archive)
    throw new SluiceError("invalid", `"${row.name}" is an archive, no table. Unpack it, and upload the table in it.`);
  const { files, release } = await store().hold([row.store_key]);
  return { table: { columns: row.columns, native: true, engine: "", files, execution: null }, release };
}

export async function listFiles(person: Context): Promise<TableInfo[]> {
  const rows = await sql<Row>(
    "uploads-own",
    `${columns} where user_id = $1 and deleted_at is null and format <> 'archive' order by name`,
    [person.user.id],
  );
  return rows.map((row) => tableInfo("files", row.name, row.file_name, row.columns, row.rows, row.bytes));
}
