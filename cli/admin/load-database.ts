import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import pg from "pg";
import { from } from "pg-copy-streams";
import { exits, Failure } from "../failure";
import { type Manifest, tableFile } from "./manifest";
import { tablesOf } from "./tables";

/**
 * Reads the rows of a backup into the tables that its migrations have made: all of them or none. Foreign keys are taken
 * off and put back, which checks them; triggers do not fire, since what they would do was done.
 */
export async function loadDatabase(
  url: string,
  folder: string,
  dump: NonNullable<Manifest["database"]>,
): Promise<void> {
  const client = new pg.Client({ connectionString: url, application_name: "sluice restore" });
  await client.connect();
  const name = (text: string) => client.escapeIdentifier(text);
  try {
    await client.query("begin");
    const here = (await tablesOf(client)).map((table) => table.name);
    const strange = dump.tables.filter((table) => !here.includes(table.name));
    if (strange.length > 0)
      throw new Failure(`This release has no table ${strange.map((one) => one.name).join(", ")}.`, exits.failed);
    const keys = await client.query<{ of: string; name: string; definition: string }>(
      `select conrelid::regclass::text as of, conname as name, pg_get_constraintdef(oid) as definition from pg_constraint
       where contype = 'f' and connamespace = 'public'::regnamespace and conparentid = 0`,
    );
    for (const key of keys.rows) await client.query(`alter table ${key.of} drop constraint ${name(key.name)}`);
    // Migrations write rows of their own, which the backup has too.
    await client.query(`truncate ${here.map(name).join(", ")}`);
    for (const part of dump.partitions)
      await client.query(`create table if not exists ${name(part.name)} partition of ${name(part.of)} ${part.bound}`);
    for (const table of dump.tables) {
      await client.query(`alter table ${name(table.name)} disable trigger user`);
      const into = client.query(from(`copy ${name(table.name)} (${table.columns.map(name).join(", ")}) from stdin`));
      await pipeline(createReadStream(tableFile(folder, table.name)), createGunzip(), into);
      await client.query(`alter table ${name(table.name)} enable trigger user`);
      if (into.rowCount !== table.rows)
        throw new Failure(`${table.name}: ${into.rowCount} rows of ${table.rows} were there.`, exits.failed);
    }
    for (const key of keys.rows)
      await client.query(`alter table ${key.of} add constraint ${name(key.name)} ${key.definition}`);
    for (const { name: sequence, value } of dump.sequences)
      await client.query("select setval($1::regclass, $2::bigint)", [`public.${name(sequence)}`, value]);
    await client.query("commit");
  } finally {
    await client.end();
  }
}
