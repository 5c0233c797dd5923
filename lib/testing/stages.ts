import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { openRelay, type Relay } from "@/lib/gate/relay";
import type { Manifest } from "@/lib/operators/schema";
import type { WritePlan } from "@/lib/runs/context";
import type { Backend, Connection } from "@/lib/warehouses/adapter";
import { adapter } from "@/lib/warehouses/postgres";
import { postgresEngines, startServer, type TestServer } from "@/lib/warehouses/test-server";

/** A server with a role that reads and one that writes in the schema `mart`. */
export interface StageWarehouse {
  server: TestServer;
  reader: Connection;
  writer: Connection;
}

let warehouses = 0;

export async function startStageWarehouse(): Promise<StageWarehouse> {
  const [engine] = await postgresEngines();
  if (!engine) throw new Error("There is no PostgreSQL here.");
  const server = await startServer(engine);
  await server.admin(`create role reader login password 'reads'; create role writer login password 'writes';
    create schema mart authorization writer; grant usage on schema mart to reader;
    alter default privileges for role writer in schema mart grant select on tables to reader`);
  const id = `stages ${++warehouses}`;
  const by = (username: string, password: string): Connection => ({
    warehouseId: id,
    roleId: `${id} ${username}`,
    engine: "postgres",
    config: { host: "127.0.0.1", port: server.port, database: "postgres", tls: "disable" },
    username,
    password,
    revision: "1",
  });
  return { server, reader: by("reader", "reads"), writer: by("writer", "writes") };
}

/** At the end of a file: its connections, its server, and what stages have left on the disk. */
export async function endStageWarehouse({ server }: StageWarehouse): Promise<void> {
  await adapter.close();
  await server.stop();
  removeStages();
}

export interface StageRequest {
  /** The warehouse for each parameter that names one. */
  reach?: Record<string, Pick<StageWarehouse, "reader" | "writer">>;
  params: Record<string, unknown>;
  sql?: Record<string, { sql: string; values: unknown[] }>;
  /** Contents of files, by input. */
  inputs?: Record<string, { format: "parquet" | "csv" | "ndjson"; files: Record<string, string | Buffer> }>;
  outputs?: Record<string, { format: "parquet" | "csv" | "ndjson" }>;
  secrets?: Record<string, string>;
  /** By parameter: a file that the worker would have put in place. */
  files?: Record<string, { name: string; content: string | Buffer; columns?: { name: string; type: string }[] }>;
  /** Hosts of one's own that may be asked. */
  hosts?: string[];
  before?: Record<string, unknown>;
  interval?: { from: string; to: string; timeZone: string };
  runKey?: string;
  token?: number;
  schemas?: string[] | null;
  /** Nothing is written: every warehouse is reached as a reader. */
  dry?: { rows: number | null };
  /** In place of relays of this process: what the program is told of its connections. */
  relays?: Record<string, Told>;
  onBackend?: (backend: Backend) => void;
}

export interface Told {
  address: Relay["address"];
  user: string;
  password: string;
  database: string;
}

export interface StageEnd {
  code: number | null;
  result: { rows?: number; metrics?: Record<string, number>; plan?: WritePlan; error?: StageFault } | null;
  out: string;
  stderr: string;
}
interface StageFault {
  message: string;
  hint?: string;
  field?: string;
  row?: number | string;
}

interface StartedStage {
  child: ChildProcess;
  ended: Promise<StageEnd>;
}

let tokens = 0;
/** Of this test file alone: others run beside it. */
const home = mkdtempSync(path.join(tmpdir(), "sluice-stages-"));

export const newFolder = (): string => mkdtempSync(path.join(home, "s"));

/** Everything that `startStage` made. */
export function removeStages(): void {
  rmSync(home, { recursive: true, force: true });
}

const day = { from: "2026-03-01T00:00:00Z", to: "2026-03-02T00:00:00Z", timeZone: "UTC" };

/** A built operator as a child process, with relays and files as a worker gives them to it. */
export async function startStage(id: string, request: StageRequest): Promise<StartedStage> {
  const told = { ...request, token: request.token ?? ++tokens };
  const manifest = JSON.parse(readFileSync(path.join("operators", id, "operator.json"), "utf8")) as Manifest;
  const folder = newFolder();
  const [inFolder, out] = [path.join(folder, "in"), path.join(folder, "out")];
  for (const each of [inFolder, out]) mkdirSync(each);
  const relays: Record<string, Relay> = {};
  const connections: Record<string, object> = {};
  for (const { parameter, role: wanted } of manifest.connections ?? []) {
    const role = request.dry ? "reader" : wanted;
    const warehouse = request.reach?.[parameter];
    if (!warehouse) continue;
    const sockets = path.join(folder, parameter);
    mkdirSync(sockets);
    const opened = request.relays?.[parameter] ? null : await openFor(warehouse[role], role, sockets, told);
    if (opened) relays[parameter] = opened;
    const relay = opened ?? (request.relays?.[parameter] as Told);
    const { address, user, password, database } = relay;
    const passwordFile = path.join(sockets, "password");
    writeFileSync(passwordFile, password);
    const where = "folder" in address ? { socket: address.folder } : { host: address.host };
    const { engine } = warehouse[role];
    connections[parameter] = { engine, role, ...where, port: address.port, database, user, passwordFile };
  }
  writeFileSync(path.join(inFolder, "context.json"), JSON.stringify(contextOf(told, folder, connections)));
  const child = spawn(process.execPath, ["program.mjs"], {
    cwd: path.join("operators", id),
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, SLUICE_IN: inFolder, SLUICE_OUT: out },
  });
  let stderr = "";
  child.stdout?.resume();
  child.stderr?.on("data", (chunk) => (stderr += chunk));
  const ended = new Promise<StageEnd>((resolve) => {
    child.once("close", async (code) => {
      await Promise.all(Object.values(relays).map((relay) => relay.close()));
      const file = path.join(out, "result.json");
      const result = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : null;
      resolve({ code, result, out, stderr });
    });
  });
  return { child, ended };
}

function openFor(
  connection: Connection,
  role: "reader" | "writer",
  socketFolder: string,
  request: StageRequest & { token: number },
) {
  const applicationName = "sluice 01stage";
  const { onBackend = () => undefined, token } = request;
  const { runKey, schemas } = writesOf(request);
  const writer = { runKey, token, pipeline: "daily", stage: "one", schemas };
  const transport = { socketFolder };
  return openRelay({ connection, role, applicationName, transport, maxConnections: 1, onBackend, writer });
}

const writesOf = ({ runKey, interval = day, schemas = ["mart"] }: StageRequest) => ({
  runKey: runKey ?? `daily/one/${interval.from}`,
  schemas,
});

function contextOf(request: StageRequest & { token: number }, folder: string, connections: Record<string, object>) {
  const { params, sql = {}, inputs = {}, outputs = {}, secrets = {}, interval = day } = request;
  const inputsTold = Object.entries(inputs).map(([name, { format, files }]) => {
    mkdirSync(path.join(folder, "in", name));
    for (const [file, content] of Object.entries(files)) writeFileSync(path.join(folder, "in", name, file), content);
    return [name, { format, path: name, files: Object.keys(files), rows: null }];
  });
  const outputsTold = Object.entries(outputs).map(([name, { format }]) => {
    mkdirSync(path.join(folder, "out", name));
    return [name, { format, path: name }];
  });
  const secretsTold = Object.entries(secrets).map(([name, value]) => {
    const file = path.join(folder, name);
    writeFileSync(file, value);
    return [name, file];
  });
  const files = Object.entries(request.files ?? {}).map(([parameter, { name, content, columns }]) => {
    const place = path.join(".files", parameter);
    mkdirSync(path.join(folder, "in", place), { recursive: true });
    writeFileSync(path.join(folder, "in", place, "0"), content, { mode: 0o444 });
    return [parameter, { path: `${place}/0`, name, bytes: content.length, ...(columns ? { columns } : {}) }];
  });
  return {
    contract: 1,
    run: { id: "r", url: "", pipeline: "daily", version: 1, trigger: "manual" },
    stage: "one",
    attempt: 1,
    fencingToken: request.token,
    runKey: writesOf(request).runKey,
    interval,
    params,
    sql,
    inputs: Object.fromEntries(inputsTold),
    outputs: Object.fromEntries(outputsTold),
    connections,
    secrets: Object.fromEntries(secretsTold),
    files: Object.fromEntries(files),
    egress: { hosts: request.hosts ?? [] },
    ...(request.before ? { before: request.before } : {}),
    ...(request.dry ? { dry: request.dry } : {}),
    writes: { schemas: writesOf(request).schemas },
  };
}

export async function runStage(id: string, request: StageRequest): Promise<StageEnd> {
  return (await startStage(id, request)).ended;
}
