import { env } from "@/lib/platform/env";
import { migrate as migrateDatabase } from "../../prisma/migrator";
import { withInstallation } from "./open";
import { tell } from "./parts";

/** `sluice migrate`: brings the database to this release's schema; two at once do no harm. */
export async function migrate(): Promise<undefined> {
  await withInstallation(async () => {
    const { MIGRATION_DATABASE_URL, DATABASE_URL } = env();
    const applied = await migrateDatabase(MIGRATION_DATABASE_URL ?? DATABASE_URL, DATABASE_URL);
    tell(applied.length ? `Applied ${applied.join(", ")}.` : "The database is up to date.");
  });
  return undefined;
}
