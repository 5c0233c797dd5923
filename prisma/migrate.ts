import { envOrEnd } from "@/lib/platform/env";
import { logger } from "@/lib/platform/logger";
import { migrate } from "./migrator";

// `node dist/migrate.mjs`: brings the database to this release's schema. Safe to run from several places at once.
const { MIGRATION_DATABASE_URL, DATABASE_URL } = envOrEnd();
try {
  const applied = await migrate(MIGRATION_DATABASE_URL ?? DATABASE_URL, DATABASE_URL);
  logger.info({ applied }, applied.length ? "database migrated" : "database is up to date");
} catch (error) {
  logger.error({ error: error instanceof Error ? error.message : String(error) }, "migration failed");
  process.exit(1);
}
process.exit(0);
