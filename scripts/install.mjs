// What has to be there before anything else: the packages and Node 24. Runs on Node 18 and later, without packages.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { StartError } from "./steps.mjs";

export const root = path.resolve(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), "..");
const stamp = path.join(root, "node_modules/.sluice-lock");
const major = 24;

function lockHash() {
  return createHash("sha256")
    .update(readFileSync(path.join(root, "package-lock.json")))
    .digest("hex");
}

/** True when node_modules was installed from today's lockfile, by us or by hand. */
export function installed() {
  const theirs = path.join(root, "node_modules/.package-lock.json");
  if (!existsSync(theirs)) return false;
  if (existsSync(stamp)) return readFileSync(stamp, "utf8") === lockHash();
  if (statSync(theirs).mtimeMs < statSync(path.join(root, "package-lock.json")).mtimeMs) return false;
  writeFileSync(stamp, lockHash());
  return true;
}

// npm ends when the pipe on descriptor 3 closes: with us, however we end. One that goes on alone would meet the next.
const guard = `exec 3<&0; "$@" </dev/null 3<&- & npm=$!
( read -r _ <&3; kill -KILL $npm 2>/dev/null ) & reader=$!
wait $npm; code=$?; kill $reader 2>/dev/null; exit $code`;

export async function install() {
  // The running npm put node_modules/.bin on the path, and with it the very Node that `npm ci` replaces.
  const parts = (process.env.PATH ?? "")
    .split(path.delimiter)
    .filter((part) => !part.endsWith(path.join("node_modules", ".bin")));
  const args = ["ci", "--include=dev", "--no-audit", "--no-fund", "--loglevel=error"];
  // npm looks at each package's "engines" with the Node at hand, which is not the one we go on with.
  const env = { ...process.env, PATH: parts.join(path.delimiter), npm_config_update_notifier: "false" };
  const child =
    process.platform === "win32"
      ? spawn("npm", args, { cwd: root, stdio: ["ignore", "ignore", "pipe"], env, shell: true })
      : spawn("/bin/sh", ["-c", guard, "sh", "npm", ...args], { cwd: root, stdio: ["pipe", "ignore", "pipe"], env });
  let said = "";
  child.stderr.on("data", (chunk) => (said += chunk));
  const code = await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (code !== 0) throw new StartError(`npm ci did not succeed; put this right and start again:\n${said}`);
  writeFileSync(stamp, lockHash());
}

/** The binary to go on with, or null when this process already runs on it. */
export function otherNode() {
  if (Number(process.versions.node.split(".")[0]) >= major) return null;
  const bundled = path.join(root, "node_modules/node/bin", process.platform === "win32" ? "node.exe" : "node");
  if (existsSync(bundled)) return bundled;
  throw new StartError(
    `Sluice needs Node ${major}; this is ${process.version}, and the package "node" is missing. Run "npm ci".`,
  );
}

/** Runs a script under another Node and ends with its exit code. Signals go on to it; if we are killed it notices by the closed channel. */
export function goOnUnder(binary, script, args) {
  const child = spawn(binary, [path.join(root, "scripts", script), ...args], {
    cwd: root,
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    env: { ...process.env, PATH: `${path.dirname(binary)}${path.delimiter}${process.env.PATH}` },
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
}
