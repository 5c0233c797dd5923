import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import pg from "pg";
import { applyMigrations } from "./engine";

const lock = 6_870_215_003;

/**
 * Migrates as the owner, then gives the application's role what it needs and no more: it may run everything, but
 * the audit log it can only read and add to. Two migrators at once: the second waits, and finds nothing to do.
 */
export async function migrate(ownerUrl: string, applicationUrl: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    await client.query("select pg_advisory_lock($1)", [lock]);
    const applied = await applyMigrations(ownerUrl);
    await replaceFunctions(client);
    await client.query("select audit_months(3)");
    await grantApplication(client, new URL(applicationUrl));
    return applied;
  } finally {
    await client.end();
  }
}

/** Functions hold no data: each release puts its own in place, so that each stands once, whole, in prisma/functions. */
async function replaceFunctions(client: pg.Client): Promise<void> {
  const folder = path.join(process.cwd(), "prisma/functions");
  for (const name of (await readdir(folder)).sort())
    await client.query(await readFile(path.join(folder, name), "utf8"));
}

async function grantApplication(client: pg.Client, application: URL): Promise<void> {
  const name = decodeURIComponent(application.username);
  const found = await client.query("select current_user = $1 as owner from pg_roles where rolname = $1", [name]);
  if (name && found.rowCount === 0) {
    const password = client.escapeLiteral(decodeURIComponent(application.password));
    await client.query(`create role ${client.escapeIdentifier(name)} login password ${password}`);
  }
  const role = name ? client.escapeIdentifier(name) : "current_user";
  if (name && !found.rows[0]?.owner) {
    const { rows } = await client.query<{ database: string }>("select quote_ident(current_database()) as database");
    // The queue on PostgreSQL keeps its tables in a schema of its own, which the application makes.
    await client.query(`grant create, connect, temporary on database ${rows[0]?.database} to ${role}`);
    await client.query(`grant usage on schema public to ${role}`);
    await client.query(`grant select, insert, update, delete on all tables in schema public to ${role}`);
    await client.query(`grant usage, select on all sequences in schema public to ${role}`);
    await client.query(`grant execute on all routines in schema public to ${role}`);
    await client.query(`revoke all on _prisma_migrations from ${role}`);
    await client.query(`grant select on _prisma_migrations to ${role}`);
  }
  const { rows: parts } = await client.query<{ part: string }>(
    "select 'audit_entries'::regclass::text as part union all select inhrelid::regclass::text from pg_inherits where inhparent = 'audit_entries'::regclass",
  );
  for (const { part } of parts) await client.query(`revoke update, delete, truncate on ${part} from ${role}`);
}
