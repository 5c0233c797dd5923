import { readFile } from "node:fs/promises";
import path from "node:path";
import pg from "pg";
import { decrypt, encrypt } from "@/lib/platform/crypto";
import { db } from "@/lib/platform/db/prisma";
import { newId, newSecret } from "@/lib/platform/ids";

const database = "demo";
const reader = "demo_reader";
const writer = "demo_writer";

// A shared reader could end or look at what runs beside it; in the demo nobody can.
const restrict = `
  revoke all on database ${database} from public;
  revoke create on schema public from public;
  revoke execute on function pg_terminate_backend(int, bigint), pg_cancel_backend(int) from public;
  do $$ declare f regprocedure; begin
    for f in select oid from pg_proc where pronamespace = 'pg_catalog'::regnamespace and proname ~ '^pg_(try_)?advisory' loop
      execute format('revoke execute on function %s from public', f);
    end loop;
  end $$;
  grant connect on database ${database} to ${reader}, ${writer};
  grant temporary on database ${database} to ${writer};
  grant usage on schema public, mart, scratch to ${reader}, ${writer};
  grant create on schema mart, scratch to ${writer};
  grant select on all tables in schema public to ${reader}, ${writer};
  alter default privileges for role ${writer} in schema mart, scratch grant select on tables to ${reader};
`;

async function withClient(url: URL, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

async function role(client: pg.Client, name: string, password: string, settings: string): Promise<void> {
  const { rowCount } = await client.query("select 1 from pg_roles where rolname = $1", [name]);
  await client.query(
    `${rowCount ? "alter" : "create"} role ${name} login password ${client.escapeLiteral(password)} ${settings}`,
  );
}

/** Makes the demo database anew; a half-made one of a start that was ended is dropped first. */
async function makeDatabase(server: URL, passwords: { reader: string; writer: string }): Promise<void> {
  await withClient(server, async (client) => {
    await client.query(`drop database if exists ${database} with (force)`);
    await role(client, reader, passwords.reader, "connection limit 40");
    await role(client, writer, passwords.writer, "connection limit 20");
    await client.query(`alter role ${reader} set default_transaction_read_only = on`);
    await client.query(`create database ${database} template template0 encoding 'UTF8'`);
  });
  const inside = new URL(server);
  inside.pathname = `/${database}`;
  const sql = await readFile(path.join(process.cwd(), "prisma/demo.sql"), "utf8");
  await withClient(inside, async (client) => {
    await client.query("set jit = off");
    await client.query(sql);
    await client.query(restrict);
    await client.query("vacuum analyze");
  });
}

async function isThere(server: URL): Promise<boolean> {
  let there = false;
  await withClient(server, async (client) => {
    const found = await client.query("select 1 from pg_database where datname = $1", [database]);
    there = found.rowCount === 1;
  });
  return there;
}

/** Those that a restored Sluice knows: its server is a new one, and has no demo yet. */
async function keptPasswords(warehouseId: string): Promise<{ reader: string; writer: string }> {
  const roles = await db().warehouseRole.findMany({ where: { warehouseId, username: { in: [reader, writer] } } });
  const of = (name: string) => {
    const role = roles.find(({ username }) => username === name);
    return role ? decrypt(role.secret, role.id) : newSecret(name);
  };
  return { reader: of(reader), writer: of(writer) };
}

/**
 * The demo warehouse, once: `serverUrl` signs in as a role that may create databases and roles.
 * Returns its name when it is new.
 */
export async function seedDemo(serverUrl: string, teamId: string): Promise<string | null> {
  const server = new URL(serverUrl);
  const config = { host: server.hostname, port: Number(server.port || 5432), database, tls: "disable" };
  const found = await db().warehouse.findUnique({ where: { name: database } });
  if (found) {
    // The embedded server takes another port when somebody else has come to use its own.
    const old = found.config as { host?: string; port?: number; database?: string };
    const moved = old.host === config.host && old.database === database && old.port !== config.port;
    if (moved) await db().warehouse.update({ where: { id: found.id }, data: { config } });
    const mine = old.host === config.host && old.database === database;
    if (mine && !(await isThere(server))) await makeDatabase(server, await keptPasswords(found.id));
    return null;
  }
  const passwords = { reader: newSecret("reader"), writer: newSecret("writer") };
  await makeDatabase(server, passwords);
  const [warehouseId, readerId, writerId] = [newId(), newId(), newId()];
  await db().$transaction(async (tx) => {
    await tx.warehouse.create({ data: { id: warehouseId, name: database, engine: "postgres", config } });
    const roles = [
      {
        id: readerId,
        kind: "reader" as const,
        name: "reader",
        username: reader,
        secret: encrypt(passwords.reader, readerId),
      },
      {
        id: writerId,
        kind: "writer" as const,
        name: "writer",
        username: writer,
        secret: encrypt(passwords.writer, writerId),
      },
    ];
    await tx.warehouseRole.createMany({ data: roles.map((one) => ({ ...one, warehouseId })) });
    await tx.grant.create({ data: { teamId, warehouseId, readerId } });
  });
  return database;
}
