import pg from "pg";
import { env } from "@/lib/platform/env";
import { knownMigrations } from "../../prisma/engine";
import { bad, type Finding, note, ok } from "./finding";
import { migrationsOf } from "./tables";

/** More than this between two clocks, and times on pages look wrong. */
const clockSeconds = 5;

/** Whether the database answers, has this release's schema, keeps time with us, and gives the programs no more than they need. */
export async function checkDatabase(): Promise<Finding[]> {
  const client = new pg.Client({ connectionString: env().DATABASE_URL, connectionTimeoutMillis: 5_000 });
  client.on("error", () => undefined);
  try {
    await client.connect();
  } catch (error) {
    return [bad("database", `DATABASE_URL does not answer: ${(error as Error).message}. Nothing works without it.`)];
  }
  try {
    const server = await client.query<{ version: string; number: number; most: number; ours: number }>(
      `select current_setting('server_version') as version, current_setting('server_version_num')::int as number,
         current_setting('max_connections')::int as most, (select count(*)::int from pg_stat_activity) as ours`,
    );
    const { version = "", number = 0, most = 0, ours = 0 } = server.rows[0] ?? {};
    const found = [
      number >= 140_000
        ? ok("database", `PostgreSQL ${version} answers, ${ours} of ${most} connections are in use.`)
        : bad("database", `PostgreSQL ${version} is too old; Sluice needs 14 or newer.`),
      await clock(client),
      ...(await schema(client)),
    ];
    if (ours > most * 0.8)
      found.push(
        note(
          "database",
          `${ours} of its ${most} connections are in use. Raise max_connections, or lower DATABASE_POOL.`,
        ),
      );
    return found;
  } finally {
    await client.end();
  }
}

async function clock(client: pg.Client): Promise<Finding> {
  const before = Date.now();
  const { rows } = await client.query<{ now: number }>("select extract(epoch from clock_timestamp()) * 1000 as now");
  const apart = Math.abs(Number(rows[0]?.now) - (before + Date.now()) / 2) / 1_000;
  return apart <= clockSeconds
    ? ok("clock", "This machine and the database agree on the time.")
    : note(
        "clock",
        `This machine and the database are ${apart.toFixed(0)} s apart. Work does not mind; set the clocks by NTP, so that times on pages are right.`,
      );
}

async function schema(client: pg.Client): Promise<Finding[]> {
  const [applied, known] = [await migrationsOf(client), await knownMigrations()];
  const missing = known.filter((name) => !applied.includes(name));
  const unknown = applied.filter((name) => !known.includes(name));
  if (missing.length > 0)
    return [bad("schema", `${missing.length} migrations of this release are missing. Run "sluice migrate".`)];
  const { rows } = await client.query<{ may: boolean }>(
    "select has_table_privilege('audit_entries', 'update') or has_table_privilege('audit_entries', 'delete') as may",
  );
  return [
    unknown.length > 0
      ? note(
          "schema",
          `The database was migrated by a newer release (${unknown.at(-1)}). Finish that upgrade here too.`,
        )
      : ok("schema", `All ${known.length} migrations are there.`),
    rows[0]?.may
      ? note(
          "audit",
          "The role of DATABASE_URL may change audit entries. Set MIGRATION_DATABASE_URL to the owner, and DATABASE_URL to a role of its own.",
        )
      : ok("audit", "The programs' role cannot change or remove audit entries."),
  ];
}
