import path from "node:path";
import pg from "pg";
import { decrypt } from "@/lib/platform/crypto";
import { env } from "@/lib/platform/env";
import { applyMigrations, knownMigrations } from "../../prisma/engine";
import { migrate } from "../../prisma/migrator";
import type { Given } from "../command";
import { exits, Failure } from "../failure";
import { loadDatabase } from "./load-database";
import { type Manifest, readManifest, sealedFor } from "./manifest";
import { withInstallation } from "./open";
import { partsOf, tell } from "./parts";
import { loadStore, refuseOthers } from "./store-copy";

/** `sluice restore <folder>`: into an empty database and an empty store, by this release or an older one's backup. */
export async function restore(given: Given): Promise<undefined> {
  const folder = path.resolve(given.words[0] ?? "");
  const parts = partsOf(given);
  const manifest = await readManifest(folder);
  const database = parts.database ? manifest.database : null;
  const store = parts.store ? manifest.store : null;
  if (!database && !store) throw new Failure(`${folder} does not have the part that was asked for.`);
  const work = async () => {
    const { MIGRATION_DATABASE_URL, DATABASE_URL } = env();
    const owner = MIGRATION_DATABASE_URL ?? DATABASE_URL;
    checkKeys(manifest);
    if (database) await checkDatabase(owner, database);
    if (store) await refuseOthers(store.objects);
    // Files first: the database speaks of them from the moment when it is there.
    if (store) {
      await loadStore(folder, store.objects);
      tell(`${store.objects.length} files in the store`);
    }
    if (database) {
      await applyMigrations(owner, database.migrations);
      await loadDatabase(owner, folder, database);
      const newer = await migrate(owner, DATABASE_URL);
      tell(`${database.tables.reduce((sum, one) => sum + one.rows, 0)} rows in ${database.tables.length} tables`);
      if (newer.length > 0) tell(`Brought to this release by ${newer.length} migrations.`);
    }
    tell(`Restored what was kept at ${manifest.madeAt}. Work that ran then ends as lost once a worker is there.`);
  };
  await withInstallation(work, { alone: true, keyed: true });
  return undefined;
}

function checkKeys(manifest: Manifest): void {
  try {
    decrypt(manifest.sealed, sealedFor);
  } catch {
    throw new Failure(
      "SLUICE_KEYS here are not those of this backup, and could not open the passwords of warehouses in it. " +
        "Set SLUICE_KEYS and AUTH_SECRET as they were, or put the old secrets.json into an empty SLUICE_HOME.",
      exits.failed,
    );
  }
}

async function checkDatabase(url: string, dump: NonNullable<Manifest["database"]>): Promise<void> {
  const known = await knownMigrations();
  const unknown = dump.migrations.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new Failure(
      `This backup was made by a newer release (it has the migration ${unknown[0]}). Restore it with that release or a later one.`,
      exits.failed,
    );
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const there = await client.query<{ users: boolean }>("select to_regclass('public.users') is not null as users");
    // A restore that was ended leaves tables without anybody in them, and may be run again.
    if (!there.rows[0]?.users) return;
    const { rowCount } = await client.query("select from users limit 1");
    if (rowCount)
      throw new Failure(
        "Sluice is set up in this database already. Restore needs an empty one, or an empty SLUICE_HOME.",
      );
  } finally {
    await client.end();
  }
}
