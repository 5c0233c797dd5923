import { WarehouseError } from "@/lib/warehouses/adapter";
import type { Value } from "./cells";
import type { Call, Client } from "./client";
import { type ServiceError, statusOf } from "./errors";
import type { QueryParameter } from "./parameters";
import type { Field } from "./types";

/** A job's name for good: its location belongs to it, since the service looks nowhere else. */
export interface JobName {
  location: string;
  jobId: string;
}

export interface Job {
  jobReference?: JobName;
  status?: { state?: "PENDING" | "RUNNING" | "DONE"; errorResult?: ServiceError };
  statistics?: {
    totalBytesProcessed?: string;
    query?: {
      statementType?: string;
      totalBytesProcessed?: string;
      totalBytesProcessedAccuracy?: string;
      totalBytesBilled?: string;
      totalSlotMs?: string;
      cacheHit?: boolean;
      undeclaredQueryParameters?: QueryParameter[];
      referencedTables?: { projectId: string; datasetId: string; tableId: string }[];
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

export interface QueryJob {
  sql: string;
  parameters: QueryParameter[];
  timeZone: string;
}

/** How long one request for rows is held while the job runs, milliseconds. */
const heldMs = 10_000;

function queryOf({ sql, parameters, timeZone }: QueryJob, named: boolean) {
  return {
    query: sql,
    useLegacySql: false,
    ...(named ? { parameterMode: "NAMED", queryParameters: parameters } : {}),
    connectionProperties: [{ key: "time_zone", value: timeZone }],
  };
}

/**
 * What a statement would do, without running or billing it. Without its parameters it says which types it asks them
 * to have.
 */
export function dryRun(
  client: Client,
  job: QueryJob,
  named: boolean,
  how: Pick<Call, "signal" | "once"> = {},
): Promise<Job> {
  const { location, project: projectId } = client.config;
  const query =
    named && job.parameters.length === 0 ? { ...queryOf(job, false), parameterMode: "NAMED" } : queryOf(job, named);
  const body = { jobReference: { projectId, location }, configuration: { dryRun: true, query } };
  return client.call<Job>({ method: "POST", path: "/jobs", body, ...how });
}

const tableMinimum = 10 * 2 ** 20;

/**
 * Bytes that the service bills for at most, by a dry run: each table is rounded up to a mebibyte, and to ten at least
 * (cloud.google.com/bigquery/pricing). Infinite where it cannot say.
 */
export function mostBilled({ statistics }: Job): number {
  const { query } = statistics ?? {};
  const bytes = query?.totalBytesProcessed ?? statistics?.totalBytesProcessed;
  const certain =
    query?.totalBytesProcessedAccuracy === "PRECISE" || query?.totalBytesProcessedAccuracy === "UPPER_BOUND";
  if (bytes === undefined || !certain) return Number.POSITIVE_INFINITY;
  return Number(bytes) + tableMinimum * Math.max(1, query?.referencedTables?.length ?? 0);
}

/** Starts a job under a name of ours. One that is there already is ours, too: an answer was lost on its way. */
export async function insertJob(
  client: Client,
  name: JobName,
  job: QueryJob,
  limits: { labels: Record<string, string>; timeoutMs: number; maximumBytes?: number | undefined },
  signal?: AbortSignal,
): Promise<void> {
  const { maximumBytesBilled, project } = client.config;
  const most = Math.min(
    maximumBytesBilled ?? Number.POSITIVE_INFINITY,
    limits.maximumBytes ?? Number.POSITIVE_INFINITY,
  );
  const query = {
    ...queryOf(job, job.parameters.length > 0),
    ...(Number.isFinite(most) ? { maximumBytesBilled: String(most) } : {}),
  };
  const body = {
    jobReference: { projectId: project, ...name },
    configuration: { query, labels: limits.labels, jobTimeoutMs: String(Math.round(limits.timeoutMs)) },
  };
  await client.call({ method: "POST", path: "/jobs", body, signal }).catch((error: unknown) => {
    if (statusOf(error) !== 409) throw error;
  });
}

/** Null when the service knows no such job. */
export async function getJob(client: Client, { location, jobId }: JobName, once = false): Promise<Job | null> {
  return client.call<Job>({ path: `/jobs/${jobId}`, query: { location }, once }).catch((error: unknown) => {
    if (statusOf(error) === 404) return null;
    throw error;
  });
}

export async function cancelJob(client: Client, { location, jobId }: JobName): Promise<void> {
  await client.call({ method: "POST", path: `/jobs/${jobId}/cancel`, query: { location }, body: {}, once: true });
}

/** A page of rows; `jobComplete` is false when the job still runs after a while. */
export function rowsOf(
  client: Client,
  { location, jobId }: JobName,
  page: { token?: string | undefined; maxResults?: number | undefined },
  signal?: AbortSignal,
): Promise<Page> {
  const query = {
    location,
    timeoutMs: heldMs,
    maxResults: page.maxResults,
    pageToken: page.token,
    "formatOptions.useInt64Timestamp": true,
  };
  return client.call<Page>({ path: `/queries/${jobId}`, query, signal }).catch((error: unknown) => {
    if (statusOf(error) !== 404) throw error;
    const message = "BigQuery does not know this statement's job any more, so its rows cannot be had. Run it again.";
    throw new WarehouseError({ code: "notFound", message });
  });
}
