import type pg from "pg";
import { type Connection, type TestReport, WarehouseError } from "@/lib/warehouses/adapter";
import { connect } from "./client";
import { configSchema } from "./config";
import { connectProblem } from "./errors";
import { dangers } from "./hardening";

const writes = {
  check: `exists (select from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
    and pg_catalog.has_table_privilege(c.oid, 'insert, update, delete, truncate'))`,
  message:
    "This role may change tables. Sluice refuses writes in queries, but a reader should not hold the right at all.",
};

async function one(client: pg.Client, expression: string): Promise<string | null> {
  const { rows } = await client.query<(string | null)[]>({ text: `select ${expression}`, rowMode: "array" });
  return rows[0]?.[0] ?? null;
}

export async function testConnection(connection: Connection): Promise<TestReport> {
  const report: TestReport = { ok: false, version: null, problem: null, superuser: false, warnings: [] };
  const parsed = configSchema.safeParse(connection.config);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return { ...report, problem: { field: String(issue?.path[0] ?? "host"), message: issue?.message ?? "Not valid." } };
  }
  let client: pg.Client;
  try {
    ({ client } = await connect(connection, "sluice control"));
  } catch (error) {
    const cause = error instanceof WarehouseError ? error.cause : error;
    return { ...report, problem: connectProblem(cause, parsed.data, connection.username) };
  }
  try {
    report.version = /^\S+ \S+/.exec((await one(client, "pg_catalog.version()")) ?? "")?.[0] ?? null;
    report.superuser = (await one(client, "current_setting('is_superuser')")) === "on";
    for (const { check, message, sql } of dangers) {
      if ((await one(client, check).catch(() => "f")) === "t") report.warnings.push({ message, sql });
    }
    if (report.superuser) {
      report.warnings.unshift({
        message: "This role is a superuser: it can read everything, files of the server included.",
        sql: "create role sluice_reader login password '…' noinherit;\ngrant pg_read_all_data to sluice_reader;",
      });
    } else if ((await one(client, writes.check).catch(() => "f")) === "t") {
      const user = `"${connection.username.replaceAll('"', '""')}"`;
      report.warnings.push({
        message: writes.message,
        sql: `revoke insert, update, delete, truncate on all tables in schema public from ${user};`,
      });
    }
    report.ok = true;
    return report;
  } finally {
    await client.end().catch(() => {});
  }
}
