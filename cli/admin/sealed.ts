import { sql } from "@/lib/platform/db/pool";

/** Where what `encrypt` made is kept: a table, the column of the id that it is bound to, and its own. */
export interface SealedColumn {
  table: string;
  id: string;
  value: string;
}

/** All of them: a key that none of these names can be thrown away. */
export const sealedColumns: readonly SealedColumn[] = [
  { table: "warehouse_roles", id: "id", value: "secret" },
  { table: "warehouses", id: "id", value: "alert_secret" },
  { table: "secrets", id: "id", value: "value" },
  { table: "triggers", id: "id", value: "webhook_secret" },
  { table: "execution_callbacks", id: "execution_id", value: "secret" },
  { table: "webhooks", id: "id", value: "secret" },
];

export interface Sealed {
  id: string;
  value: string;
}

const atOnce = 500;

/** Every ciphertext of a column, or those under other keys than one, by their ids. */
export async function* sealedIn({ table, id, value }: SealedColumn, notUnder = ""): AsyncGenerator<Sealed> {
  for (let after = ""; ; ) {
    const rows = await sql<Sealed>(
      `sealed_${table}`,
      `select ${id} as id, ${value} as value from ${table}
       where ${id} > $1 and ${value} <> '' and split_part(${value}, ':', 1) <> $2 order by ${id} limit ${atOnce}`,
      [after, notUnder],
    );
    yield* rows;
    const last = rows.at(-1);
    if (!last || rows.length < atOnce) return;
    after = last.id;
  }
}
