import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createConnection } from "mysql2/promise";
import type { Connection } from "@/lib/warehouses/adapter";
import { freePort } from "../../scripts/ports.mjs";

const programs = { install: "/usr/bin/mariadb-install-db", server: "/usr/sbin/mariadbd" };

/** Null where Debian's MariaDB is here, or why there is none. */
export const mariadbMissing = Object.values(programs).every((program) => existsSync(program))
  ? null
  : "MariaDB is not installed; on Debian: apt-get install mariadb-server";

export interface MariaDb {
  /** An account that only reads the database `shop`. */
  reader: Connection;
  /** Statements one after the other, as root in `shop`. Answers the last one's rows. */
  admin(sql: string): Promise<unknown[][]>;
  stop(): Promise<void>;
}

let servers = 0;

/** A real server with a database `shop`. With `tls` it makes its own certificate, and accounts may ask for encryption. */
export async function startMariaDb({ tls = false }: { tls?: boolean } = {}): Promise<MariaDb> {
  const home = mkdtempSync(path.join(tmpdir(), "sluice-mariadb-"));
  const data = path.join(home, "data");
  const user = process.getuid?.() === 0 ? ["--user=root"] : [];
  const install = ["--no-defaults", `--datadir=${data}`, "--auth-root-authentication-method=normal", ...user];
  execFileSync(programs.install, [...install, "--skip-test-db"], { stdio: "ignore" });
  const certificate = tls ? certify(home) : [];
  const socketPath = path.join(home, "s");
  const port = await freePort();
  const flags = [
    ...["--no-defaults", `--datadir=${data}`, `--socket=${socketPath}`, `--port=${port}`, ...user, ...certificate],
    ...["--bind-address=127.0.0.1", "--innodb-buffer-pool-size=32M", "--innodb-flush-log-at-trx-commit=0"],
    "--performance-schema=off",
  ];
  const child: ChildProcess = spawn(programs.server, flags, { stdio: "ignore" });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const admin = async (sql: string, database = "shop"): Promise<unknown[][]> => {
    const client = await createConnection({
      ...{ socketPath, user: "root", database, multipleStatements: true, rowsAsArray: true },
      charset: "utf8mb4",
    });
    try {
      const [answers] = (await client.query(sql)) as unknown as [unknown[][]];
      return answers;
    } finally {
      await client.end();
    }
  };
  for (let left = 200; ; left--) {
    const made = await admin(
      "create database if not exists shop; create user if not exists reader identified by 'reader''s password'; grant select on shop.* to reader",
      "",
    ).catch((error: Error) => error);
    if (!(made instanceof Error)) break;
    if (left === 0 || child.exitCode !== null) throw made;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  servers++;
  return {
    admin,
    reader: {
      warehouseId: `mariadb ${servers}`,
      roleId: `mariadb ${servers} reader`,
      engine: "mysql",
      config: { host: "127.0.0.1", port, database: "shop", tls: tls ? "require" : "prefer" },
      username: "reader",
      password: "reader's password",
      revision: "1",
    },
    async stop() {
      child.kill("SIGKILL");
      await ended;
      rmSync(home, { recursive: true, force: true });
    },
  };
}

function certify(home: string): string[] {
  const [key, certificate] = [path.join(home, "key.pem"), path.join(home, "cert.pem")];
  const request = ["req", "-new", "-x509", "-days", "2", "-nodes", "-subj", "/CN=shop.example"];
  execFileSync("openssl", [...request, "-keyout", key, "-out", certificate], { stdio: "ignore" });
  return [`--ssl-key=${key}`, `--ssl-cert=${certificate}`];
}
