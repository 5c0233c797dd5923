// The bases of operators' images where no registry can be reached: Debian by debootstrap, and Node and npm of this machine
// upon it. `node scripts/base-images.mjs` makes what the engine does not have, as root, and prints options for images.mjs.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { StartError } from "./steps.mjs";

export const localBases = new Map([
  ["debian:bookworm-slim", "sluice-local/debian:bookworm"],
  ["node:24-bookworm-slim", "sluice-local/node:24"],
]);
const authorities = "/usr/local/share/ca-certificates";
const bundle = "/etc/ssl/certs/ca-certificates.crt";

function run(command, args, input) {
  const answer = spawnSync(command, args, { stdio: [input ? "pipe" : "ignore", "ignore", "inherit"], input });
  if (answer.error) throw new StartError(`There is no "${command}" command. Install it.`);
  if (answer.status !== 0) throw new StartError(`${command} ${args.slice(0, 3).join(" ")} … failed.`);
}

const has = (image) => spawnSync("docker", ["image", "inspect", image], { stdio: "ignore" }).status === 0;

/** The system's own authorities too: a network may have one of its own. */
function debian(image) {
  const folder = mkdtempSync(path.join(tmpdir(), "sluice-debian-"));
  const place = path.join(folder, "root");
  try {
    run("debootstrap", ["--variant=minbase", "bookworm", place]);
    mkdirSync(path.join(place, "etc/ssl/certs"), { recursive: true });
    for (const from of [authorities, bundle].filter(existsSync))
      cpSync(from, path.join(place, from), { recursive: true });
    for (const cache of ["var/cache/apt/archives", "var/lib/apt/lists"])
      for (const name of readdirSync(path.join(place, cache)))
        rmSync(path.join(place, cache, name), { recursive: true });
    const archive = path.join(folder, "root.tar");
    run("tar", ["-C", place, "-cf", archive, "."]);
    const change = `ENV SSL_CERT_FILE=${bundle} PIP_CERT=${bundle} NODE_EXTRA_CA_CERTS=${bundle}`;
    run("docker", ["import", "--change", change, archive, image]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function node(image, base) {
  const folder = mkdtempSync(path.join(tmpdir(), "sluice-node-"));
  try {
    cpSync(realpathSync(process.execPath), path.join(folder, "node"));
    const npm = spawnSync("sh", ["-c", "command -v npm"], { encoding: "utf8" }).stdout.trim();
    if (!npm) throw new StartError("There is no npm to put beside Node.");
    cpSync(path.resolve(realpathSync(npm), "../.."), path.join(folder, "npm"), { recursive: true, dereference: true });
    const lines = [
      `FROM ${base}`,
      "COPY node /usr/local/bin/node",
      "COPY npm /usr/local/lib/node_modules/npm",
      "RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm",
    ];
    writeFileSync(path.join(folder, "Dockerfile"), lines.join("\n"));
    run("docker", ["build", "-q", "-t", image, folder]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Makes what is missing. @throws StartError saying what to install */
export function makeLocalBases() {
  const [debianImage, nodeImage] = [...localBases.values()];
  if (!has(debianImage)) debian(debianImage);
  if (!has(nodeImage)) node(nodeImage, debianImage);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  try {
    makeLocalBases();
    process.stdout.write(`${[...localBases].map(([from, to]) => `--base ${from}=${to}`).join(" ")}\n`);
  } catch (error) {
    process.stderr.write(`${error instanceof StartError ? error.message : (error.stack ?? error)}\n`);
    process.exit(1);
  }
}
