// The embedded PostgreSQL: made once under a folder, started, and stopped with the process that started it.
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { serverPlace } from "./server-place.mjs";
import { StartError } from "./steps.mjs";

const major = "18";

// The server ends (fast shutdown) when the pipe on descriptor 3 closes: with the process that started it, however
// that ended. It runs in a session of its own, so that Ctrl-C reaches the programs first and the database last.
const guard = `exec 3<&0; "$@" </dev/null 3<&- & server=$!
( read -r _ <&3; kill -INT $server ) & reader=$!
wait $server; code=$?; kill $reader 2>/dev/null; exit $code`;

export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

function portIsFree(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

function commandOf(pid) {
  try {
    if (existsSync(`/proc/${pid}/cmdline`)) return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
    return execFileSync("ps", ["-p", String(pid), "-o", "command="], { encoding: "utf8" });
  } catch {
    return "";
  }
}

/** Ends a server that an ended start left on this folder; a lock file whose process is somebody else's is removed. */
async function clearLeftOver(data) {
  const file = path.join(data, "postmaster.pid");
  if (!existsSync(file)) return;
  const pid = Number(readFileSync(file, "utf8").split("\n")[0]);
  const ours = () => isAlive(pid) && commandOf(pid).includes(data);
  // Its guard is already stopping it; a server whose guard died too is told to stop, then made to.
  for (let tenths = 0; tenths < 150 && ours(); tenths++) {
    if (tenths === 20) process.kill(pid, "SIGINT");
    if (tenths === 100) process.kill(pid, "SIGQUIT");
    await sleep(100);
  }
  if (ours())
    throw new StartError(
      `An old PostgreSQL (process ${pid}) still uses ${data} and does not stop. End it and start again.`,
    );
  rmSync(file, { force: true });
}

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

async function launch(postgres, data, user, port, settings, log) {
  const flags = ["-D", data, "-p", String(port), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="];
  for (const [name, value] of Object.entries(settings)) flags.push("-c", `${name}=${value}`);
  const child =
    process.platform === "win32"
      ? spawn(postgres, flags, { stdio: ["ignore", log, log] })
      : spawn("/bin/sh", ["-c", guard, "sh", postgres, ...flags], {
          ...user,
          cwd: "/",
          detached: true,
          stdio: ["pipe", log, log],
        });
  let over = false;
  const ended = new Promise((resolve) => child.once("exit", resolve)).then(() => (over = true));
  const file = path.join(data, "postmaster.pid");
  for (let tenths = 0; tenths < 600 && !over; tenths++) {
    if (existsSync(file) && /^ready/m.test(readFileSync(file, "utf8"))) {
      const stop = async () => {
        if (process.platform === "win32") child.kill("SIGINT");
        else child.stdin.end();
        await Promise.race([ended, sleep(2_500)]);
      };
      return { stop, ended };
    }
    await sleep(100);
  }
  if (!over) child.stdin?.end();
  return null;
}

/**
 * Starts the server of `folder` (made on first use) and answers `{port, stop, ended, note}`. `folder/port` keeps its port, so that a
 * stored address stays right from one start to the next.
 */
export async function startPostgres(folder, password, settings = {}) {
  const { data, remember, postgres, initdb, user, note } = await serverPlace(folder);
  const portFile = path.join(folder, "pg.port");
  if (existsSync(path.join(data, "PG_VERSION"))) checkMajor(data);
  else initialise(initdb, data, user, password);
  if (remember) writeFileSync(remember, `${data}\n`);
  await clearLeftOver(data);
  const all = { shared_buffers: "32MB", max_connections: 120, jit: "off", log_min_messages: "warning", ...settings };
  const log = openSync(path.join(folder, "postgres.log"), "a");
  // After a kill -9 the old server's shared memory can outlive it for a moment; hence more than one try.
  for (let tries = 0; tries < 4; tries++) {
    const kept = existsSync(portFile) ? Number(readFileSync(portFile, "utf8")) : 0;
    const port = kept && (await portIsFree(kept)) ? kept : await freePort();
    const server = await launch(postgres, data, user, port, all, log);
    if (server) {
      writeFileSync(portFile, String(port));
      return { port, note, ...server };
    }
    await sleep(1_000);
  }
  throw new StartError(`PostgreSQL did not start. Its log is ${path.join(folder, "postgres.log")}.`);
}
