import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import { openRelay, type Relay } from "@/lib/gate/relay";
import type { Connection } from "@/lib/warehouses/adapter";
import type { Line } from "./line";
import { spread } from "./stats";

const run = promisify(execFile);
const target = "<= 1.3x psql COPY | psql COPY";

/**
 * A table of eight columns from one session into another: the operator `replicate-table` as a child process, through two
 * relays of this process, its start and the exchange of the tables included; beside it two psql and a pipe. Memory is
 * flat where ten times the rows take no more than a quarter above what a tenth of them took.
 */
export const replicate: Line = {
  name: "replicate",
  async measure({ warehouseUrl, quick, replicateRows }) {
    const rows = quick ? 50_000 : replicateRows;
    const client = new pg.Client({ connectionString: warehouseUrl });
    await client.connect();
    const folder = await mkdtemp(path.join(tmpdir(), "sluice-bench-"));
    try {
      await client.query(`create table bench_source as select n as id, n % 50000 as learner, n % 400 as course,
        timestamptz '2026-01-01Z' + n * interval '7 s' as at, (array['view', 'quiz', 'video', 'forum'])[1 + n % 4] as kind,
        ((n % 1000) / 10.0)::numeric(6, 2) as score, md5(n::text) as session, n % 7 = 0 as mobile
        from generate_series(1, ${rows}) n`);
      await client.query("vacuum (freeze, analyze) bench_source");
      const [plain, ours]: [number[], number[]] = [[], []];
      await client.query(`create table bench_tenth as select * from bench_source where id <= ${rows / 10}`);
      await client.query("vacuum (freeze, analyze) bench_tenth");
      // The first warms this process up: what it keeps for good is not the rows'.
      await byOperator(warehouseUrl, path.join(folder, "warm"), "bench_tenth", 1);
      const few = await byOperator(warehouseUrl, path.join(folder, "tenth"), "bench_tenth", 2);
      const many = { program: 0, relays: 0 };
      for (let n = 3; n <= (rows > 2_000_000 ? 4 : 7); n++) {
        await client.query("drop table if exists bench_plain; create table bench_plain (like bench_source)");
        plain.push(await byPsql(warehouseUrl));
        await client.query("drop table bench_plain; drop table if exists bench_copied");
        const copied = await byOperator(warehouseUrl, path.join(folder, String(n)), "bench_source", n);
        const { rows: counted } = await client.query<{ n: string }>("select count(*) as n from bench_copied");
        if (Number(counted[0]?.n) !== rows) throw new Error(`${counted[0]?.n} of ${rows} rows were copied.`);
        ours.push(copied.ms);
        for (const whose of ["program", "relays"] as const) many[whose] = Math.max(many[whose], copied.peaks[whose]);
      }
      const [mine, theirs] = [spread(ours), spread(plain)];
      const what = `${rows.toLocaleString("en")} rows × 8 columns copied`;
      return [
        {
          what,
          unit: "ms",
          ours: mine.p50,
          ours95: mine.p95,
          plain: theirs.p50,
          target,
          met: mine.p50 <= 1.3 * theirs.p50,
        },
        ...(["program", "relays"] as const).map((whose) => ({
          what: `${what}: memory of ${whose === "program" ? "the program" : "the process with the relays"}; at a tenth`,
          unit: "MiB" as const,
          ...{ ours: many[whose], floor: few.peaks[whose], target: "<= 1.25x of that at a tenth" },
          met: many[whose] <= 1.25 * few.peaks[whose],
        })),
      ];
    } finally {
      await client.query(
        "drop table if exists bench_source, bench_tenth, bench_plain, bench_copied, _sluice_runs, _sluice_tables",
      );
      await client.end();
      await rm(folder, { recursive: true, force: true });
    }
  },
};

async function byPsql(url: string): Promise<number> {
  const from = performance.now();
  const script = `psql -X -q -d "$0" -c '\\copy bench_source to stdout' | psql -X -q -d "$0" -c '\\copy bench_plain from stdin'`;
  await run("bash", ["-o", "pipefail", "-c", script, url]);
  return performance.now() - from;
}

function connectionOf(url: string): Connection {
  const { hostname: host, port, username, password, pathname } = new URL(url);
  const config = { host, port: Number(port), database: pathname.slice(1), tls: "disable" };
  return { warehouseId: "bench", roleId: "bench", engine: "postgres", config, username, password, revision: "1" };
}

interface Copied {
  ms: number;
  /** Highest resident memory in MiB. */
  peaks: { program: number; relays: number };
}

/** This process's highest resident memory in MiB until the answer is called. */
function watchSelf(): () => number {
  const now = () => process.memoryUsage.rss() / 2 ** 20;
  let peak = now();
  const look = setInterval(() => {
    peak = Math.max(peak, now());
  }, 50);
  return () => {
    clearInterval(look);
    return Math.max(peak, now());
  };
}

async function byOperator(url: string, folder: string, source: string, token: number): Promise<Copied> {
  const [inFolder, out] = [path.join(folder, "in"), path.join(folder, "out")];
  for (const each of [inFolder, out]) await mkdir(each, { recursive: true });
  const from = performance.now();
  const relays: Relay[] = [];
  const connections: Record<string, object> = {};
  for (const [parameter, role] of [
    ["source", "reader"],
    ["warehouse", "writer"],
  ] as const) {
    const socketFolder = path.join(folder, parameter);
    await mkdir(socketFolder);
    const applicationName = "sluice bench";
    const onBackend = () => undefined;
    const connection = connectionOf(url);
    const relay = await openRelay({
      connection,
      role,
      applicationName,
      transport: { socketFolder },
      maxConnections: 1,
      onBackend,
    });
    relays.push(relay);
    const { user, password, database, address } = relay;
    const passwordFile = path.join(socketFolder, "password");
    await writeFile(passwordFile, password);
    connections[parameter] = {
      engine: "postgres",
      role,
      socket: socketFolder,
      port: address.port,
      database,
      user,
      passwordFile,
    };
  }
  const context = {
    contract: 1,
    run: { pipeline: "bench" },
    stage: "copy",
    fencingToken: token,
    runKey: "bench",
    interval: { from: "2026-01-01T00:00:00Z", to: "2026-01-02T00:00:00Z", timeZone: "UTC" },
    params: {
      source: "bench",
      warehouse: "bench",
      source_table: `public.${source}`,
      table: "public.bench_copied",
      mode: "full",
    },
    ...{ sql: {}, inputs: {}, outputs: {}, secrets: {}, connections, writes: { schemas: null } },
  };
  await writeFile(path.join(inFolder, "context.json"), JSON.stringify(context));
  // The program says its own highest memory as it ends.
  const told = `process.on("exit", () => require("node:fs").writeFileSync(${JSON.stringify(path.join(folder, "peak"))}, String(process.resourceUsage().maxRSS)))`;
  const preload = path.join(folder, "peak.cjs");
  await writeFile(preload, told);
  const env = { ...process.env, SLUICE_IN: inFolder, SLUICE_OUT: out };
  const highest = watchSelf();
  try {
    await run(process.execPath, ["--require", preload, "program.mjs"], {
      cwd: path.join("operators", "replicate-table"),
      env,
    });
    const ms = performance.now() - from;
    const program = Number(await readFile(path.join(folder, "peak"), "utf8")) / 1024;
    return { ms, peaks: { program, relays: highest() } };
  } finally {
    highest();
    await Promise.all(relays.map((relay) => relay.close()));
  }
}
