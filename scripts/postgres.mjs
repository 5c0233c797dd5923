// The embedded PostgreSQL: made once under a folder, started, and stopped with the process that started it.
import { spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { clearLeftOver, clusterName, endServer, lockOf } from "./left-over.mjs";
import { quietPort, untilFree } from "./ports.mjs";
import { serverPlace } from "./server-place.mjs";
import { StartError } from "./steps.mjs";

const major = "18";

// The server ends when the pipe on descriptor 3 closes: with the process that started it, however that ended. Programs
// which outlive that one for a moment may still write how their work ended; then it is made to end. It runs in a session
// of its own, so that Ctrl-C reaches the programs first and the database last.
const guard = `exec 3<&0; "$@" </dev/null 3<&- & server=$!
( read -r _ <&3; kill -TERM $server; i=0
  while [ $i -lt 24 ] && kill -0 $server 2>/dev/null; do sleep 0.5; i=$((i+1)); done
  kill -INT $server 2>/dev/null ) & reader=$!
wait $server; code=$?; kill $reader 2>/dev/null; exit $code`;

function initialise(initdb, data, user, password) {
  mkdirSync(data, { recursive: true });
  // Beside the data, where the server's user can surely read it.
  const file = `${data}.password`;
  writeFileSync(file, `${password}\n`, { mode: 0o600 });
  if (user.uid !== undefined) for (const owned of [data, file]) chownSync(owned, user.uid, user.gid);
  chmodSync(data, 0o700);
  const args = ["-D", data, "-U", "postgres", "-A", "scram-sha-256", `--pwfile=${file}`, "-E", "UTF8"];
  const locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"];
  const answer = spawnSync(initdb, [...args, ...locale], { ...user, cwd: "/", encoding: "utf8" });
  rmSync(file, { force: true });
  if (answer.status !== 0) {
    rmSync(data, { recursive: true, force: true });
    throw new StartError(`PostgreSQL could not make its folder ${data}:\n${answer.stderr || answer.error}`);
  }
}

function checkMajor(data) {
  const found = readFileSync(path.join(data, "PG_VERSION"), "utf8").trim();
  if (found === major) return;
  throw new StartError(
    `${data} was made by PostgreSQL ${found}; this release brings ${major}. Nothing was touched. Start the release that you ` +
      "had before, write its data with `sluice backup`, then start this one with an empty SLUICE_HOME and `sluice restore`.",
  );
}

/** Where our own programs reach it with less work than by TCP; null where the system has no room for that path. */
function socketOf(data) {
  return process.platform === "win32" || Buffer.byteLength(`${data}/.s.PGSQL.65535.lock`) > 100 ? null : data;
}

async function launch(postgres, data, user, port, settings, log) {
  const sockets = `unix_socket_directories=${socketOf(data) ?? ""}`;
  const flags = ["-D", data, "-p", String(port), "-c", "listen_addresses=127.0.0.1", "-c", sockets];
  for (const [name, value] of Object.entries({ cluster_name: clusterName(data), ...settings }))
    flags.push("-c", `${name}=${value}`);
  const child =
    process.platform === "win32"
      ? spawn(postgres, flags, { stdio: ["ignore", log, log] })
      : spawn("/bin/sh", ["-c", guard, "sh", postgres, ...flags], {
          ...user,
          cwd: "/",
          detached: true,
          stdio: ["pipe", log, log],
        });
  // A server that is gone already takes no word any more.
  child.stdin?.on("error", () => undefined);
  let over = false;
  const ended = new Promise((resolve) => child.once("exit", resolve)).then(() => (over = true));
  // Recovery after a crash may take its time; it is over when the server says so, or has ended.
  while (!over) {
    const { pid, ready } = lockOf(data);
    if (ready) {
      const stop = async (withinMs = 10_000) => {
        child.stdin?.end();
        await endServer(pid, data, withinMs);
      };
      return { stop, ended };
    }
    await sleep(50);
  }
  return null;
}

/**
 * Starts the server of `folder` (made on first use) and answers `{port, socket, stop, ended, note}`. `folder/pg.port`
 * keeps its port, so that a stored address stays right from one start to the next; with `port` it is that one or an error.
 * `stop(ms)` is a fast shutdown, and after `ms` an immediate one, from which the next start recovers.
 */
export async function startPostgres(folder, password, settings = {}, port = 0) {
  const { data, remember, postgres, initdb, user, note } = await serverPlace(folder);
  const portFile = path.join(folder, "pg.port");
  if (existsSync(path.join(data, "PG_VERSION"))) checkMajor(data);
  else initialise(initdb, data, user, password);
  if (remember) writeFileSync(remember, `${data}\n`);
  const all = { shared_buffers: "32MB", max_connections: 120, jit: "off", log_min_messages: "warning", ...settings };
  const log = openSync(path.join(folder, "postgres.log"), "a");
  try {
    for (let tries = 0; tries < 4; tries++) {
      await clearLeftOver(data);
      const kept = port || (existsSync(portFile) ? Number(readFileSync(portFile, "utf8")) : 0);
      const chosen = (kept && (await untilFree(kept, port ? 10_000 : 2_000))) || (port ? null : await quietPort());
      if (!chosen) throw new StartError(`Port ${port} of the database was taken meanwhile. Start Sluice again.`);
      const server = await launch(postgres, data, user, chosen, all, log);
      if (server) {
        writeFileSync(portFile, String(chosen));
        return { port: chosen, socket: socketOf(data), note, ...server };
      }
      await sleep(1_000);
    }
  } finally {
    closeSync(log);
  }
  throw new StartError(`PostgreSQL did not start. Its log is ${path.join(folder, "postgres.log")}.`);
}
