import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { audit } from "./audit";
import { serveBareWorker } from "./bare-queue";
import { chain } from "./chain";
import { chart } from "./chart";
import { clients } from "./clients";
import { completion } from "./completion";
import { containers } from "./containers";
import { csv } from "./csv";
import { diff } from "./diff";
import { fanOut } from "./fan-out";
import { fibo } from "./fibo";
import { find } from "./find";
import { firstRowsLine } from "./first-rows";
import { flood } from "./flood";
import { serveFloor } from "./floor";
import { gate } from "./gate";
import { openApi } from "./http";
import type { Line, Sitting } from "./line";
import { logLines } from "./log-lines";
import { memory } from "./memory";
import { open } from "./open";
import { page } from "./page";
import { paging } from "./paging";
import { pause } from "./pause";
import { startProduct } from "./product";
import { startRedis } from "./redis";
import { replicate } from "./replicate";
import { search } from "./search";
import { selectOne } from "./select-one";
import { storeMillion } from "./store-million";
import { cells, table } from "./table";
import { typing } from "./typing";
import { type BenchWarehouse, startWarehouse } from "./warehouse";

const lines: Line[] = [
  selectOne,
  clients,
  firstRowsLine,
  storeMillion,
  csv,
  paging,
  diff,
  chart,
  find,
  search,
  completion,
  typing,
  gate,
  pause,
  audit,
  flood,
  memory,
  replicate,
  chain,
  fibo,
  fanOut,
  containers,
  logLines,
  page,
  open,
];

const usage = `npm run bench -- [--only name[,name…]] [--backend postgres|redis] [--replicate-rows 1000000] [--quick]
lines: ${lines.map((line) => line.name).join(", ")}`;

/** The floor runs in a process of its own, as Sluice does. */
async function startFloor(databaseUrl: string, folder: string): Promise<{ url: string; stop(): void }> {
  const child = spawn(process.execPath, [process.argv[1] ?? "", "floor", databaseUrl, folder], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const port = await new Promise<string>((resolve, reject) => {
    child.stdout.once("data", (chunk: Buffer) => resolve(chunk.toString().trim()));
    child.once("exit", () => reject(new Error("The floor did not start.")));
  });
  return { url: `http://127.0.0.1:${port}`, stop: () => child.kill() };
}

type Chosen = Pick<Sitting, "backend" | "quick" | "replicateRows">;

async function sit(chosen: Chosen, warehouse: BenchWarehouse, wanted: Line[]) {
  const { backend } = chosen;
  const redis = backend === "redis" ? await startRedis() : null;
  if (backend === "redis" && !redis) {
    console.error("redis-server is not installed: the lines on Redis are left out.");
    return;
  }
  const folder = await mkdtemp(path.join(tmpdir(), "sluice-bench-floor-"));
  const floor = await startFloor(warehouse.url, folder);
  const product = await startProduct(redis?.url ?? null);
  const sluice = openApi(product.url, product.token);
  const floorApi = openApi(floor.url);
  try {
    await connect(sluice, warehouse);
    await sluice.json("PUT", "/api/v1/rights", { right: "download", scope: "role", id: "admin", allowed: true });
    const sitting: Sitting = {
      ...chosen,
      floor: floorApi,
      sluice,
      product,
      warehouseUrl: warehouse.url,
      warehouse: "bench",
    };
    const rows: string[][] = [];
    for (const line of wanted) {
      console.error(`${backend}: ${line.name}`);
      const measured = await line.measure(sitting).catch((error: Error) => {
        console.error(`${line.name} failed: ${error.message}`);
        return [{ what: `${line.name}: failed`, unit: "errors" as const, ours: 1, target: "", met: false }];
      });
      rows.push(...measured.map(cells));
    }
    console.log(`\nQueue on ${backend}\n\n${table(rows)}`);
  } finally {
    sluice.close();
    floorApi.close();
    await product.stop();
    floor.stop();
    await redis?.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Registers the bench's warehouse as an admin would, with room for 16 clients of one person. */
async function connect(sluice: ReturnType<typeof openApi>, warehouse: BenchWarehouse): Promise<void> {
  const { user, password } = warehouse.reader;
  const config = { host: "127.0.0.1", port: warehouse.port, database: "postgres", user, password, tls: "disable" };
  const { body } = await sluice.json<{ id: string }>("POST", "/api/v1/warehouses", {
    name: "bench",
    engine: "postgres",
    config,
  });
  await sluice.json("PUT", `/api/v1/warehouses/${body.id}/gate`, { slots: 16, perUser: 0 });
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      only: { type: "string" },
      backend: { type: "string" },
      quick: { type: "boolean", default: false },
      "replicate-rows": { type: "string", default: "1000000" },
      help: { type: "boolean", default: false },
    },
  });
  const names = values.only?.split(",");
  const unknown = names?.filter((name) => !lines.some((line) => line.name === name)) ?? [];
  if (values.help || unknown.length) {
    console.log(unknown.length ? `No line is called ${unknown.join(", ")}.\n${usage}` : usage);
    process.exitCode = unknown.length ? 1 : 0;
    return;
  }
  const wanted = lines.filter((line) => !names || names.includes(line.name));
  const warehouse = await startWarehouse(values.quick ? 200_000 : 5_000_000);
  console.log(`${cpus().length} cores (${cpus()[0]?.model ?? "unknown"}), Node ${process.version}`);
  try {
    for (const backend of ["postgres", "redis"] as const) {
      const replicateRows = Number(values["replicate-rows"]);
      if (!values.backend || values.backend === backend)
        await sit({ backend, quick: values.quick, replicateRows }, warehouse, wanted);
    }
  } finally {
    await warehouse.stop();
  }
}

const [, , role, databaseUrl = "", folder = ""] = process.argv;
if (role === "floor") console.log(await serveFloor(databaseUrl, folder));
else if (role === "bare-worker") await serveBareWorker(databaseUrl, folder);
else await main();
