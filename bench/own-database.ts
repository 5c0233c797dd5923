import { readFile } from "node:fs/promises";
import path from "node:path";
import pg from "pg";
import type { Sitting } from "./line";

/** Does something in Sluice's own embedded database, as its superuser: what a seed needs. */
export async function inOwnDatabase<T>(
  { sluice, product }: Pick<Sitting, "sluice" | "product">,
  act: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const { body } = await sluice.json<{ admin: { config: { port: number } } }>("GET", "/api/v1/warehouses/demo");
  const secrets = JSON.parse(await readFile(path.join(product.home, "secrets.json"), "utf8")) as {
    database: { superuser: string };
  };
  const client = new pg.Client({
    ...{ host: "127.0.0.1", port: body.admin.config.port, database: "sluice", user: "postgres" },
    password: secrets.database.superuser,
  });
  await client.connect();
  try {
    return await act(client);
  } finally {
    await client.end();
  }
}
