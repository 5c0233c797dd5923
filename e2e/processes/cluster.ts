import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { Redis } from "ioredis";
import pg from "pg";
import { runOnce } from "../../scripts/children.mjs";
import { freePort, quietPort } from "../../scripts/ports.mjs";
import { startPostgres } from "../../scripts/postgres.mjs";
import { address, provide } from "../../scripts/roles.mjs";
import { secretsOf } from "../../scripts/secrets.mjs";
import { type Execution, token, until } from "./installation";
import { PortalProcess } from "./portal-process";
import { WatchedWarehouse } from "./watched-warehouse";

const root = path.resolve(import.meta.dirname, "../..");

export interface Shape {
  webs: number;
  workers: number;
  /** What carries admitted work; Redis by default. */
  queue?: "redis" | "postgres";
  /** What the clock of each worker, and then of each web, shows too much. */
  clocks?: number[];
  settings?: Record<string, string>;
}

/** Several web processes and workers on one PostgreSQL and one Redis, as on several machines, and one warehouse. */
export class Cluster {
  readonly home: string;
  readonly warehouse: WatchedWarehouse;
  webs: PortalProcess[] = [];
  workers: PortalProcess[] = [];
  /** Sluice's own database, as its superuser. */
  db!: pg.Pool;
  warehouseId = "";
  /** As its superuser, for what a test makes there itself. */
  databaseUrl = "";
  authSecret = "";
  private server!: Awaited<ReturnType<typeof startPostgres>>;
  private redis: ChildProcess | null = null;
  private redisPort = 0;

  constructor(name: string) {
    this.home = path.join(root, ".sluice-test", name);
    this.warehouse = new WatchedWarehouse(this.home);
  }

  async start({ webs, workers, queue = "redis", clocks = [], settings = {} }: Shape): Promise<void> {
    mkdirSync(this.home, { recursive: true });
    const secrets = secretsOf(this.home);
    this.redisPort = await freePort();
    [this.server] = await Promise.all([
      startPostgres(this.home, secrets.database.superuser, { fsync: "off", max_connections: "200" }),
      queue === "redis" && this.startRedis(),
      this.warehouse.start(),
    ]);
    const { port } = this.server;
    const superuser = (database: string) => address("postgres", secrets.database.superuser, port, database);
    const before = new pg.Client({ connectionString: superuser("postgres") });
    await before.connect();
    await before.query("drop database if exists sluice with (force)");
    await before.end();
    await provide(port, secrets.database);
    const env = {
      NODE_ENV: "production",
      SLUICE_HOME: this.home,
      SLUICE_URL: "http://127.0.0.1:3000",
      DATABASE_URL: address("sluice_app", secrets.database.application, port, "sluice"),
      ...(queue === "redis" ? { REDIS_URL: this.redisUrl } : {}),
      AUTH_SECRET: secrets.authSecret,
      NEXTAUTH_SECRET: secrets.authSecret,
      SLUICE_KEYS: secrets.keys,
      NEXT_TELEMETRY_DISABLED: "1",
      LOG_LEVEL: "warn",
      ...settings,
    };
    const once = {
      ...env,
      MIGRATION_DATABASE_URL: address("sluice_owner", secrets.database.owner, port, "sluice"),
      SLUICE_ADMIN_TOKEN: token,
      SLUICE_ADMIN_PASSWORD: "a password for the tests",
    };
    await runOnce(["dist/migrate.mjs"], once);
    await runOnce(["dist/seed.mjs"], once);
    this.databaseUrl = superuser("sluice");
    this.authSecret = secrets.authSecret;
    this.db = new pg.Pool({ connectionString: this.databaseUrl, max: 4 });
    this.db.on("error", () => undefined);
    this.workers = numbers(workers).map((n) => new PortalProcess(`worker${n}`, "worker", env, clocks[n]));
    for (const n of numbers(webs)) {
      const own = { ...env, PORT: String(await quietPort()) };
      this.webs.push(new PortalProcess(`web${n}`, "web", own, clocks[workers + n]));
    }
    await Promise.all([...this.webs, ...this.workers].map((one) => one.start()));
    const made = await this.ask("POST", "warehouses", {
      ...{ name: "watched", engine: "postgres", config: this.warehouse.config },
    });
    this.warehouseId = String(made.id);
  }

  get redisUrl(): string {
    return `redis://127.0.0.1:${this.redisPort}`;
  }

  async startRedis(): Promise<void> {
    const flags = ["--port", String(this.redisPort), "--save", "", "--appendonly", "no", "--bind", "127.0.0.1"];
    this.redis = spawn("redis-server", flags, { stdio: "ignore", cwd: "/" });
    const client = new Redis(this.redisPort, { maxRetriesPerRequest: 50 });
    client.on("error", () => undefined);
    await client.ping();
    client.disconnect();
  }

  /** With all that it had: it keeps nothing on disk. */
  async killRedis(): Promise<void> {
    const redis = this.redis;
    if (!redis) return;
    const gone = new Promise((resolve) => redis.once("exit", resolve));
    redis.kill("SIGKILL");
    await gone;
  }

  /** One request to a web process, with its answer as it came. @throws where the connection was cut. */
  async request(method: string, where: string, how: Asking = {}): Promise<Response> {
    const { web = this.webs[0], body, headers, as = token } = how;
    return await fetch(`http://127.0.0.1:${web?.port}/api/v1/${where}`, {
      method,
      headers: { authorization: `Bearer ${as}`, "content-type": "application/json", ...headers },
      ...(body ? { body: JSON.stringify(body) } : {}),
      signal: AbortSignal.timeout(40_000),
    });
  }

  /** Asks one web after the other until one answers. */
  async ask(method: string, where: string, body?: object, how: Asking = {}): Promise<Record<string, unknown>> {
    let tries = 0;
    return await until(`${method} ${where}`, 60_000, async () => {
      const web = how.web ?? this.webs[tries++ % this.webs.length];
      const answer = await this.request(method, where, { ...how, body, web }).catch(() => null);
      if (!answer || answer.status >= 500) return undefined;
      // Who is killed while it speaks has not answered.
      const said = answer.status === 204 ? {} : await answer.json().catch(() => undefined);
      if (said === undefined) return undefined;
      if (!answer.ok) throw new Error(`${method} ${where}: ${answer.status} ${JSON.stringify(said)}`);
      return said as Record<string, unknown>;
    });
  }

  /** Asked again by its key where the answer did not come: it is one execution all the same. */
  async submit(sql: string, key: string, how: Asking = {}): Promise<string> {
    const body = { warehouse: this.warehouseId, sql, ...(how.lane ? { lane: how.lane } : {}) };
    return String((await this.ask("POST", "executions", body, { ...how, headers: { "idempotency-key": key } })).id);
  }

  /** Somebody who may read from the warehouse, by a token of theirs. */
  async person(name: string): Promise<{ id: string; token: string }> {
    const email = `${name}@example.com`;
    const made = await this.ask("POST", "users", { email, name, role: "editor", password: "correct-horse-9" });
    const { items } = (await this.ask("GET", "teams")) as { items: { id: string; members: { id: string }[] }[] };
    const team = items[0]?.id ?? "";
    await this.db.query("insert into team_members (team_id, user_id) values ($1, $2) on conflict do nothing", [
      team,
      made.id,
    ]);
    await this.db.query(
      `insert into grants (team_id, warehouse_id, reader_id) select $1, $2, id from warehouse_roles
       where warehouse_id = $2 on conflict do nothing`,
      [team, this.warehouseId],
    );
    const value = `slc_token-of-${name}-${"0".repeat(24)}`;
    await this.db.query(
      "insert into api_tokens (id, name, hash, prefix, scopes, user_id) values ($1, $2, $3, 'slc_toke', '{*}', $4)",
      [`token ${name}`, name, createHash("sha256").update(value).digest("hex"), made.id],
    );
    return { id: String(made.id), token: value };
  }

  async ended(id: string): Promise<Execution> {
    return await until(`${id} ends`, 90_000, async () => {
      const found = (await this.ask("GET", `executions/${id}?wait=5`)) as unknown as Execution;
      return found.state !== "queued" && found.state !== "running" && found;
    });
  }

  async stop(): Promise<void> {
    await Promise.all([...this.webs, ...this.workers].map((one) => one.kill()));
    await this.killRedis();
    await this.db?.end();
    await this.warehouse.stop();
    await this.server?.stop();
  }
}

export interface Asking {
  web?: PortalProcess | undefined;
  body?: object | undefined;
  headers?: Record<string, string>;
  /** Another token than the first admin's. */
  as?: string;
  lane?: string;
}

const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);
