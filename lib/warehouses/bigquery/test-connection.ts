import { type Connection, type TestReport, WarehouseError } from "@/lib/warehouses/adapter";
import type { Client } from "./client";
import { configSchema } from "./config";
import { keyProblem } from "./credentials";
import { keyRefused, statusOf } from "./errors";
import { dryRun } from "./jobs";

/** Signs in, starts a job that does nothing, and looks for the data sets. */
export async function testConnection(connection: Connection, open: (to: Connection) => Client): Promise<TestReport> {
  const report: TestReport = { ok: false, version: null, problem: null, superuser: false, warnings: [] };
  const wrong = (field: string, message: string): TestReport => ({ ...report, problem: { field, message } });
  const parsed = configSchema.safeParse(connection.config);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return wrong(String(issue?.path[0] ?? "project"), issue?.message ?? "Not valid.");
  }
  const { project, location, endpoint } = parsed.data;
  const noKey = endpoint ? null : keyProblem(connection.password);
  if (noKey) return wrong("password", noKey);
  try {
    const client = open(connection);
    await dryRun(client, { sql: "select 1", parameters: [], timeZone: "UTC" }, false, { once: true });
    await client.call({ path: "/datasets", query: { maxResults: 1 }, once: true });
    return { ...report, ok: true, version: `BigQuery, project ${project} in ${location}` };
  } catch (error) {
    return wrong(...problemOf(error, project, location));
  }
}

function problemOf(error: unknown, project: string, location: string): [field: string, message: string] {
  if (!(error instanceof WarehouseError)) throw error;
  const { message, code } = error.detail;
  const status = statusOf(error);
  const said = error.cause instanceof Error ? error.cause.message : message;
  if (/invalid_grant/.test(said)) return ["password", keyRefused("invalid_grant")];
  if (/DECODER|asn1|PEM|private key/i.test(said))
    return ["password", "The private key in this JSON cannot be read. Create a new key."];
  if (status === 401) return ["password", keyRefused(undefined)];
  if (/location/i.test(message) && (status === 400 || status === 404))
    return ["location", `BigQuery has no location “${location}”. Use US, EU, or a region such as europe-west3.`];
  if (status === 403 && /has not been used|is disabled|SERVICE_DISABLED/i.test(message))
    return ["project", `The BigQuery API is not switched on in ${project}. Enable it in the console.`];
  if (status === 403)
    return [
      "project",
      `This account may not run jobs in ${project}: give it “BigQuery Job User” and, on the data, “BigQuery Data Viewer” (${message}).`,
    ];
  if (status === 404) return ["project", `There is no project “${project}” that this account can see.`];
  return ["project", code === "connection" ? message : `BigQuery refused a test: ${message}`];
}
