import type { Estimate, RunRequest, SessionOptions } from "@/lib/warehouses/adapter";
import type { Client } from "./client";
import { describe } from "./describe";

const units = ["bytes", "kB", "MB", "GB", "TB", "PB"];

function size(bytes: number): string {
  let unit = 0;
  let value = bytes;
  for (; value >= 999.5 && unit < units.length - 1; unit++) value /= 1_000;
  return unit === 0
    ? `${bytes} bytes`
    : `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]} (${bytes} bytes)`;
}

/** What a run would read, by a dry run. */
export async function estimate(client: Client, request: RunRequest, options: SessionOptions): Promise<Estimate> {
  const { found } = await describe(client, request, options.timeZone);
  const bytes = Number(found.statistics?.query?.totalBytesProcessed ?? found.statistics?.totalBytesProcessed ?? 0);
  const words = [`Reads ${size(bytes)}.`];
  const { maximumBytesBilled: most } = client.config;
  if (most !== null && bytes > most) words.push(`BigQuery would refuse it: ${size(most)} may be billed here.`);
  return { rows: null, bytes, words };
}

/** What a run would read and may cost. BigQuery has a plan only for what has run. */
export async function explain(client: Client, request: RunRequest, options: SessionOptions): Promise<string> {
  const { job, found } = await describe(client, request, options.timeZone);
  const query = found.statistics?.query;
  const bytes = Number(query?.totalBytesProcessed ?? found.statistics?.totalBytesProcessed ?? 0);
  const { maximumBytesBilled: most } = client.config;
  const accuracy = query?.totalBytesProcessedAccuracy;
  const about = accuracy === "UPPER_BOUND" ? "at most " : accuracy === "LOWER_BOUND" ? "at least " : "";
  const lines = [`This would read ${about}${size(bytes)}. Nothing was run, and nothing is billed.`];
  if (most !== null && bytes > most)
    lines.push(`That is over the ${size(most)} that a statement may be billed for here: it would be refused.`);
  else if (most !== null) lines.push(`A statement may be billed for ${size(most)} here.`);
  const tables = query?.referencedTables ?? [];
  if (tables.length > 0)
    lines.push("", "It reads:", ...tables.map((each) => `  ${each.projectId}.${each.datasetId}.${each.tableId}`));
  if (job.parameters.length > 0) {
    const typed = job.parameters.map(({ parameterType: { type, arrayType } }) =>
      arrayType ? `${type}<${arrayType.type}>` : type,
    );
    lines.push("", `Its parameters are bound as ${typed.join(", ")}.`);
  }
  return lines.join("\n");
}
