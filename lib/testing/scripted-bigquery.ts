import { afterEach, beforeEach } from "vitest";
import type { Connection } from "@/lib/warehouses/adapter";
import { createAdapter } from "@/lib/warehouses/bigquery/adapter";
import { emulated } from "@/lib/warehouses/bigquery/subject";
import { ask } from "@/lib/warehouses/conformance";
import { type BigQueryPeer, startPeer } from "./bigquery-peer";

/** An adapter, and in each test of the file a peer of its own with a connection to it. Call it where the file begins. */
export function scriptedBigQuery() {
  const adapter = createAdapter();
  const now = {} as { peer: BigQueryPeer; connection: Connection };
  beforeEach(async () => {
    now.peer = await startPeer();
    now.connection = emulated(now.peer.endpoint);
  });
  afterEach(async () => {
    await adapter.close();
    await now.peer.close();
  });
  return Object.assign(now, {
    adapter,
    run: (sql: string, values: string[] = [], limit: number | null = null) =>
      ask(adapter, now.connection, sql, values, limit),
    /** What asked for a job to be run, without dry runs. */
    inserts: () => now.peer.requests.filter(({ line, body }) => line === "POST /jobs" && !body.configuration?.dryRun),
  });
}
