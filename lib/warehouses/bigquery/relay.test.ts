import { mkdtempSync, rmSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { DayFound, LimitFound } from "@/lib/gate/hold";
import { type JobBytes, openRelay, type Relay } from "@/lib/gate/relay";
import { type BigQueryPeer, startPeer } from "@/lib/testing/bigquery-peer";
import type { Backend, Connection } from "@/lib/warehouses/adapter";
import { adapter } from ".";
import { emulated } from "./subject";

/** Against the scripted peer: jobs that run for a while, limits, and what a relay does not pass on. */

let peer: BigQueryPeer;
let connection: Connection;
let folder: string;
const relays: Relay[] = [];
const backends: Backend[] = [];

beforeEach(async () => {
  peer = await startPeer();
  connection = emulated(peer.endpoint, { maximumBytesBilled: 5_000 });
  folder = mkdtempSync(path.join(tmpdir(), "sluice-b"));
  backends.length = 0;
});
afterEach(async () => {
  await Promise.all(relays.splice(0).map((relay) => relay.close()));
  await adapter.close();
  await peer.close();
  rmSync(folder, { recursive: true, force: true });
});

async function open(role: "reader" | "writer" = "reader", bytes?: JobBytes): Promise<Relay> {
  const relay = await openRelay({
    ...{ connection, role, applicationName: "sluice 01stage", maxConnections: 2, ...(bytes ? { bytes } : {}) },
    transport: { socketFolder: folder },
    onBackend: (backend) => void backends.push(backend),
  });
  relays.push(relay);
  return relay;
}

function asked({ address, password }: Relay, method: string, where: string, body?: object, by = password) {
  const socketPath = "socket" in address ? address.socket : "";
  return new Promise<{ status: number; body: { error?: { message: string }; jobReference?: { jobId: string } } }>(
    (resolve, reject) => {
      const headers = { authorization: `Bearer ${by}` };
      const call = request(
        { socketPath, method, headers, path: `/bigquery/v2/projects/demo${where}` },
        async (answer) => {
          let text = "";
          for await (const part of answer) text += part;
          resolve({ status: answer.statusCode ?? 0, body: JSON.parse(text) });
        },
      );
      call.on("error", reject);
      call.end(body ? JSON.stringify(body) : undefined);
    },
  );
}
const job = (sql: string, more: object = {}) => ({
  configuration: { query: { query: sql, useLegacySql: false, ...more } },
});

it("names a stage's jobs, labels and limits them, and passes their rows on", async () => {
  const relay = await open();
  const labelled = {
    configuration: { ...job("select 1").configuration, labels: { pipeline: "daily", application: "x" } },
  };
  const { status, body } = await asked(relay, "POST", "/jobs", labelled);
  expect(status).toBe(200);
  const id = body.jobReference?.jobId ?? "";
  expect(peer.jobs.get(id)?.configuration).toMatchObject({
    labels: { pipeline: "daily", application: "sluice", sluice_work: "01stage" },
    query: { query: "select 1", maximumBytesBilled: "5000" },
  });
  expect(backends.map(({ start }) => `${start.split("/")[1]}_0`)).toEqual([id]);
  expect(await asked(relay, "GET", `/queries/${id}`)).toMatchObject({
    status: 200,
    body: { rows: [{ f: [{ v: "1" }] }] },
  });
  expect(relay.counts).toMatchObject({ connections: 2, open: 0 });
  expect(relay.counts.bytesDown).toBeGreaterThan(100);
});

it("lets nobody in without its password, nor ask for anything but jobs of SQL", async () => {
  const relay = await open();
  expect((await asked(relay, "GET", "/jobs/a", undefined, "guess")).status).toBe(401);
  peer.jobs.set("theirs", {
    id: "theirs",
    location: "US",
    configuration: { query: { query: "x" } },
    state: "RUNNING",
    error: null,
  });
  expect((await asked(relay, "GET", "/jobs/theirs")).status).toBe(404);
  expect((await asked(relay, "POST", "/jobs/theirs/cancel")).status).toBe(404);
  for (const [method, where] of [
    ["GET", "/jobs"],
    ["DELETE", "/datasets/shop"],
    ["POST", "/datasets/shop/tables/a/insertAll"],
    ["POST", "/queries"],
  ] as const)
    expect((await asked(relay, method, where)).status).toBe(403);
  const copies = { configuration: { copy: { sourceTable: {} } } };
  expect((await asked(relay, "POST", "/jobs", copies)).status).toBe(400);
  expect([...peer.jobs.keys()]).toEqual(["theirs"]);
});

it("lets a reader only read, and a writer write where it says", async () => {
  peer.script["delete from a"] = { statementType: "DELETE" };
  const refused = await asked(await open(), "POST", "/jobs", job("delete from a"));
  expect(refused).toMatchObject({
    status: 403,
    body: { error: { message: expect.stringMatching(/a reader only reads/) } },
  });
  const table = { destinationTable: { projectId: "demo", datasetId: "shop", tableId: "a" } };
  expect((await asked(relays[0] as Relay, "POST", "/jobs", job("select 1", table))).status).toBe(400);
  expect(peer.jobs.size).toBe(0);
  await relays.pop()?.close();
  const writer = await open("writer");
  expect((await asked(writer, "POST", "/jobs", job("delete from a"))).status).toBe(200);
  expect((await asked(writer, "POST", "/jobs", job("select 1", table))).status).toBe(200);
});

it("ends what runs when it is cut, and what a lost worker's left", async () => {
  peer.script["select slow"] = { slow: true };
  const relay = await open();
  // A job that was refused leaves no gap in the names, by which the others are found.
  peer.script.nope = { refused: { reason: "invalidQuery", message: "Unrecognized name" } };
  expect((await asked(relay, "POST", "/jobs", job("nope"))).status).toBe(400);
  const started = await Promise.all([1, 2].map(() => asked(relay, "POST", "/jobs", job("select slow"))));
  expect(relay.counts.open).toBe(2);
  const third = await asked(relay, "POST", "/jobs", job("select slow"));
  expect(third).toMatchObject({
    status: 429,
    body: { error: { message: expect.stringMatching(/2 job\(s\) at once/) } },
  });
  expect(await relay.cut("An admin stopped this.")).toBe(true);
  const states = started.map(({ body }) => peer.jobs.get(body.jobReference?.jobId ?? "")?.state);
  expect(states).toEqual(["DONE", "DONE"]);
  expect(await asked(relay, "POST", "/jobs", job("select 1"))).toMatchObject({
    status: 403,
    body: { error: { message: "An admin stopped this." } },
  });
  const [backend] = backends;
  for (const one of peer.jobs.values()) one.state = "RUNNING";
  expect(await adapter.endRelayed?.(connection, backend as Backend, 4_000)).toBe(true);
  expect([...peer.jobs.values()].map(({ state }) => state)).toEqual(["DONE", "DONE"]);
});

describe("with limits of bytes", () => {
  const perJob: LimitFound = {
    ...{ heldBy: "limit", name: "bytesPerQuery", scope: "team", id: "1", title: "Growth", value: 4_000 },
  };
  const day: DayFound = { ...perJob, name: "bytesPerDay", left: 0, read: 4_000, held: 0, holders: 0 };
  const left: [string, number][] = [];
  const books = (more: Partial<JobBytes> = {}): JobBytes => ({
    ...{ perJob: null, byDay: false },
    enter: async () => ({ bytes: null, limit: null }),
    leave: async (job, bytes) => void left.push([job, bytes]),
    ...more,
  });
  beforeEach(() => void left.splice(0));

  it("sends a job with the narrowest, and says which one refused it", async () => {
    peer.script["select large"] = { bytes: 4_500 };
    const relay = await open("writer", books({ perJob }));
    const id = (await asked(relay, "POST", "/jobs", job("select large"))).body.jobReference?.jobId ?? "";
    expect(peer.jobs.get(id)?.configuration.query.maximumBytesBilled).toBe("4000");
    const words = expect.stringContaining("4,000 bytes that the limit bytesPerQuery of the team Growth allows");
    const answer = await asked(relay, "GET", `/jobs/${id}`);
    expect(answer.body).toMatchObject({ status: { errorResult: { message: words } } });
    expect((await asked(relay, "GET", `/queries/${id}`)).body.error?.message).toEqual(words);
    // Where the warehouse's own is narrower, the service's words stand.
    await relays.pop()?.close();
    const wide = await open("writer", books({ perJob: { ...perJob, value: 9_000 } }));
    peer.script["select large"] = { bytes: 5_500 };
    const other = (await asked(wide, "POST", "/jobs", job("select large"))).body.jobReference?.jobId ?? "";
    expect((await asked(wide, "GET", `/queries/${other}`)).body.error?.message).toContain("exceeded limit for bytes");
  });

  it("sends none where nothing is left of a day, nor one that cannot be written down", async () => {
    const relay = await open("writer", books({ byDay: true, enter: async () => ({ bytes: 0, limit: day }) }));
    const refused = await asked(relay, "POST", "/jobs", job("select 1"));
    expect(refused).toMatchObject({ status: 400, body: { error: { message: expect.stringContaining("0 are left") } } });
    expect(left).toEqual([[expect.stringMatching(/_0$/), 0]]);
    await relays.pop()?.close();
    const unwritten = await open("reader", books({ enter: () => Promise.reject(new Error("the lease is lost")) }));
    expect((await asked(unwritten, "POST", "/jobs", job("select 1"))).status).toBe(503);
    expect(peer.jobs.size).toBe(0);
  });

  it("tells what each has read before the relay has ended, also of those that it ended itself", async () => {
    peer.script["select a"] = { bytes: 70 };
    peer.script["select slow"] = { slow: true, bytes: 90 };
    peer.script["select wrong"] = { failed: { reason: "invalidQuery", message: "No such column" }, bytes: 50 };
    const relay = await open("reader", books());
    const ids = [];
    for (const sql of ["select a", "select wrong", "select slow"])
      ids.push((await asked(relay, "POST", "/jobs", job(sql))).body.jobReference?.jobId ?? "");
    await relay.close();
    expect(left.sort()).toEqual([
      [ids[0], 70],
      [ids[1], 0],
      [ids[2], 90],
    ]);
  });
});
