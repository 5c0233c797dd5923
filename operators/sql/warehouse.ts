import { readFileSync } from "node:fs";
import pg from "pg";
import { type Context, StageError } from "./context";

/** Every cell is the server's own text. */
const textOnly = { getTypeParser: () => (value: string) => value } as unknown as pg.CustomTypesConfig;

/** The relay that this stage was given for one of its parameters. */
export async function open(context: Context, parameter: string): Promise<pg.Client> {
  const reach = context.connections[parameter];
  if (!reach)
    throw new StageError(`This stage was given no way to the warehouse of ${parameter}.`, { field: parameter });
  if (reach.engine !== "postgres")
    throw new StageError(`This operator does not know the engine ${reach.engine}; choose a PostgreSQL warehouse.`, {
      field: parameter,
    });
  const { database, user, host, socket, port } = reach;
  const password = readFileSync(reach.passwordFile, "utf8").trim();
  const settings = { database, user, password, host: socket ?? host, port, types: textOnly };
  const client = new pg.Client(settings);
  // Whoever waits for an answer hears of the loss; nobody else may end the program.
  client.on("error", () => undefined);
  try {
    await client.connect();
    const set = ["TimeZone", context.interval.timeZone, "DateStyle", "ISO, YMD", "IntervalStyle", "postgres"];
    const more = ["bytea_output", "hex", "extra_float_digits", "1", "standard_conforming_strings", "on"];
    const all = [...set, ...more];
    const calls = all.flatMap((name, n) => (n % 2 ? [] : [`pg_catalog.set_config('${name}', $${n / 2 + 1}, false)`]));
    await client.query(
      `select ${calls.join(", ")}`,
      all.filter((_, n) => n % 2),
    );
    return client;
  } catch (error) {
    throw new StageError(`The warehouse of ${parameter} cannot be reached: ${(error as Error).message}`);
  }
}

/** Rows as arrays of texts. The extended protocol takes one command only, whatever the text holds. */
export async function ask(client: pg.Client, text: string, values: unknown[] = []): Promise<(string | null)[][]> {
  const query = { text, values, rowMode: "array" as const, queryMode: "extended" };
  return (await client.query<(string | null)[]>(query)).rows;
}

/** @param sql CREATE TEMPORARY TABLE … @throws StageError saying which right is missing */
export async function makeTemporary(client: pg.Client, sql: string): Promise<void> {
  await client.query(sql).catch(async (error: { code?: string; message: string }) => {
    if (error.code !== "42501" || !/temporary/.test(error.message)) throw error;
    const hint = "Let the warehouse's owner run: grant temporary on database … to the writer.";
    throw new StageError("The writer may not make temporary tables, which the rows pass through.", { hint });
  });
}

/** Nothing of it stays when `work` throws. */
export async function inTransaction<T>(client: pg.Client, begin: string, work: () => Promise<T>): Promise<T> {
  await client.query(begin);
  try {
    const result = await work();
    await client.query("commit");
    return result;
  } catch (error) {
    await client.query("rollback").catch(() => undefined);
    throw error;
  }
}
