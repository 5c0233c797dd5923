import { readFileSync } from "node:fs";
import { request } from "node:http";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Value } from "@/lib/warehouses/bigquery/cells";
import type { Field } from "@/lib/warehouses/bigquery/types";
import { type Context, type Reach, StageError } from "../context";

export interface Job {
  jobReference?: { jobId: string };
  status?: { state?: string; errorResult?: { reason?: string; message?: string } };
  statistics?: {
    query?: {
      statementType?: string;
      totalBytesProcessed?: string;
      totalBytesBilled?: string;
      totalSlotMs?: string;
      numDmlAffectedRows?: string;
      dmlStats?: { insertedRowCount?: string; updatedRowCount?: string; deletedRowCount?: string };
      undeclaredQueryParameters?: { name: string; parameterType: object }[];
    };
  };
}

export interface Page {
  jobComplete?: boolean;
  schema?: { fields?: Field[] };
  rows?: { f: { v: Value }[] }[];
  pageToken?: string;
  totalRows?: string;
}

const heldMs = 10_000;

/** BigQuery as the relay passes it on: jobs that run SQL, and their rows. */
export class Jobs {
  private readonly password: string;

  constructor(
    private readonly reach: Reach,
    private readonly field: string,
    /** Of the form: what is wrong where a job fails. */
    private readonly about = "sql",
  ) {
    this.password = readFileSync(reach.passwordFile, "utf8").trim();
  }

  get project(): string {
    return this.reach.database;
  }

  /** @throws StageError in the service's words */
  async ask<T>(method: "GET" | "POST", where: string, body?: object): Promise<T> {
    const { socket, host, port } = this.reach;
    const at = socket ? { socketPath: path.join(socket, `bigquery.${port}`) } : { host, port };
    const headers = { authorization: `Bearer ${this.password}`, "content-type": "application/json" };
    const [status, text] = await new Promise<[number, string]>((resolve, reject) => {
      const asked = request(
        { ...at, method, headers, path: `/bigquery/v2/projects/${this.reach.database}${where}` },
        async (answer) => {
          const parts: Buffer[] = [];
          for await (const part of answer) parts.push(part as Buffer);
          resolve([answer.statusCode ?? 0, Buffer.concat(parts).toString("utf8")]);
        },
      );
      asked.on("error", reject);
      asked.end(body ? JSON.stringify(body) : undefined);
    }).catch((error: Error) => {
      throw new StageError(`The warehouse of ${this.field} cannot be reached: ${error.message}`);
    });
    const told = JSON.parse(text) as T & { error?: { message: string } };
    if (status >= 400)
      throw new StageError(told.error?.message ?? `BigQuery answered ${status}.`, { field: this.about });
    return told;
  }

  async insert(configuration: object): Promise<string> {
    const { jobReference } = await this.ask<Job>("POST", "/jobs", { configuration });
    return jobReference?.jobId ?? "";
  }

  dryRun(query: object): Promise<Job> {
    return this.ask<Job>("POST", "/jobs", { configuration: { dryRun: true, query } });
  }

  /** Until it has ended. @throws StageError where it failed */
  async finished(id: string): Promise<Job> {
    for (let wait = 100; ; wait = Math.min(wait * 1.5, 2_000)) {
      const job = await this.ask<Job>("GET", `/jobs/${id}`);
      const failed = job.status?.errorResult;
      if (job.status?.state === "DONE" && !failed) return job;
      if (job.status?.state === "DONE")
        throw new StageError(failed?.message ?? "The job failed.", { field: this.about });
      await delay(wait);
    }
  }

  page(id: string, token?: string): Promise<Page> {
    const asked = new URLSearchParams({ timeoutMs: String(heldMs), "formatOptions.useInt64Timestamp": "true" });
    if (token) asked.set("pageToken", token);
    return this.ask<Page>("GET", `/queries/${id}?${asked}`);
  }
}

/** SQL with its values, under the types that the statement asks for. */
export async function boundQuery(
  jobs: Jobs,
  { sql, values }: Context["sql"][string],
  timeZone: string,
): Promise<Record<string, unknown>> {
  const query = { query: sql, useLegacySql: false, connectionProperties: [{ key: "time_zone", value: timeZone }] };
  if (values.length === 0) return query;
  const told = await jobs.dryRun({ ...query, parameterMode: "NAMED" }).catch(() => null);
  const asked = new Map(
    (told?.statistics?.query?.undeclaredQueryParameters ?? []).map((one) => [one.name, one.parameterType]),
  );
  const queryParameters = values.map((value, n) => {
    const name = `p${n + 1}`;
    if (Array.isArray(value))
      return {
        name,
        parameterType: asked.get(name) ?? { type: "ARRAY", arrayType: { type: "STRING" } },
        parameterValue: { arrayValues: value.map((one) => ({ value: asText(one) })) },
      };
    return { name, parameterType: asked.get(name) ?? { type: "STRING" }, parameterValue: { value: asText(value) } };
  });
  return { ...query, parameterMode: "NAMED", queryParameters };
}

const asText = (value: unknown): string | null =>
  value === null || value === undefined ? null : typeof value === "string" ? value : JSON.stringify(value);
