import { type Connection, type TestReport, WarehouseError } from "@/lib/warehouses/adapter";
import { ask, connect } from "./client";
import { configSchema } from "./config";
import { connectProblem } from "./errors";

const writes = /\b(INSERT|UPDATE|DELETE|DROP|ALTER|CREATE(?! TEMPORARY)|TRUNCATE|INDEX)\b/;
const files = /\bFILE\b/;

/** Signs in and looks at what the account has been granted. */
export async function testConnection(connection: Connection): Promise<TestReport> {
  const report: TestReport = { ok: false, version: null, problem: null, superuser: false, warnings: [] };
  const parsed = configSchema.safeParse(connection.config);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return { ...report, problem: { field: String(issue?.path[0] ?? "host"), message: issue?.message ?? "Not valid." } };
  }
  let connected: Awaited<ReturnType<typeof connect>>;
  try {
    connected = await connect(connection, "sluice control");
  } catch (error) {
    const cause = error instanceof WarehouseError ? error.cause : error;
    return { ...report, problem: connectProblem(cause, parsed.data, connection.username) };
  }
  try {
    const { version, client } = connected;
    report.version = /mariadb/i.test(version) ? `MariaDB ${version.split("-")[0]}` : `MySQL ${version}`;
    const grants = (await ask(client, "show grants")).map(([grant]) => grant ?? "");
    const rights = grants.map((grant) => /^GRANT (.*?) ON /.exec(grant)?.[1] ?? "");
    report.superuser = grants.some((grant) => /^GRANT .*\b(ALL PRIVILEGES|SUPER)\b.* ON \*\.\*/.test(grant));
    const user = `'${connection.username.replaceAll("'", "''")}'@'%'`;
    if (report.superuser)
      report.warnings.push({
        message: "This account may do everything on the server.",
        sql: "create user sluice_reader@'%' identified by '…';\ngrant select on shop.* to sluice_reader@'%';",
      });
    else if (rights.some((right) => writes.test(right) || right === "ALL PRIVILEGES"))
      report.warnings.push({
        message:
          "This account may change tables. Sluice refuses writes in queries, but a reader should not hold the right at all.",
        sql: `revoke all privileges, grant option from ${user};\ngrant select on shop.* to ${user};`,
      });
    if (!report.superuser && rights.some((right) => files.test(right)))
      report.warnings.push({
        message: "This account may read and write files of the server (FILE).",
        sql: `revoke file on *.* from ${user};`,
      });
    report.ok = true;
    return report;
  } finally {
    connected.client.destroy();
  }
}
