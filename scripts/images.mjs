// `npm run images`: builds the images of operators that have a Dockerfile, as the manifests name them.
//
//   npm run images -- [operator …] [--base debian:bookworm-slim=registry.example.com/debian:12] …
//
// `--base` takes another image for the one that a Dockerfile begins with. COMPANY_CA names a file of certificate
// authorities (PEM) that are then trusted in every image, so that apt and pip get through a company's network.
import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { root } from "./install.mjs";
import { StartError } from "./steps.mjs";

const baseIn = (dockerfile) => /^ARG BASE_IMAGE=(\S+)$/m.exec(dockerfile)?.[1];

function docker(args, quiet = false) {
  const answer = spawnSync("docker", args, { stdio: ["ignore", quiet ? "ignore" : "inherit", "inherit"] });
  if (answer.error) throw new StartError('There is no "docker" command. Install Docker, or build elsewhere and push.');
  if (answer.status !== 0) throw new StartError(`docker ${args.slice(0, 3).join(" ")} … failed.`);
}

/** The same base with a company's authorities, for what looks for them in the usual places. */
function trusting(base, authorities) {
  const tag = `sluice/base-${base.replace(/[^a-z0-9]+/g, "-")}`;
  const folder = mkdtempSync(path.join(tmpdir(), "sluice-base-"));
  try {
    copyFileSync(authorities, path.join(folder, "company-ca.pem"));
    const file = "/etc/ssl/certs/ca-certificates.crt";
    writeFileSync(
      path.join(folder, "Dockerfile"),
      [
        `FROM ${base}`,
        "COPY company-ca.pem /usr/local/share/ca-certificates/company-ca.crt",
        `RUN mkdir -p /etc/ssl/certs && cat /usr/local/share/ca-certificates/company-ca.crt >> ${file}`,
        `ENV SSL_CERT_FILE=${file} PIP_CERT=${file} REQUESTS_CA_BUNDLE=${file} NODE_EXTRA_CA_CERTS=${file}`,
      ].join("\n"),
    );
    docker(["build", "-q", "-t", tag, folder], true);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return tag;
}

/** The programs of all operators, for the image that they share; of another operator only its own folder. */
function contextOf(id) {
  const folder = mkdtempSync(path.join(tmpdir(), "sluice-image-"));
  if (id !== "sql") {
    cpSync(`operators/${id}`, folder, { recursive: true });
    return folder;
  }
  copyFileSync("operators/sql/Dockerfile", path.join(folder, "Dockerfile"));
  for (const one of readdirSync("operators")) {
    const programs = readdirSync(`operators/${one}`).filter((name) => name.endsWith(".mjs"));
    if (programs.length > 0) mkdirSync(path.join(folder, one));
    for (const name of programs) copyFileSync(`operators/${one}/${name}`, path.join(folder, one, name));
  }
  return folder;
}

export const withDockerfile = () => readdirSync("operators").filter((id) => existsSync(`operators/${id}/Dockerfile`));

/** Builds `sluice/<id>`; `bases` maps a Dockerfile's own base to another, `network` is another than the engine's own. */
export function buildImage(id, bases, authorities, network) {
  const dockerfile = readFileSync(`operators/${id}/Dockerfile`, "utf8");
  const own = baseIn(dockerfile);
  if (!own) throw new StartError(`operators/${id}/Dockerfile has no line "ARG BASE_IMAGE=…".`);
  const base = bases.get(own) ?? own;
  const { dependencies } = JSON.parse(readFileSync("package.json", "utf8"));
  const folder = contextOf(id);
  try {
    const args = [`BASE_IMAGE=${authorities ? trusting(base, authorities) : base}`];
    if (dockerfile.includes("ARG DUCKDB_VERSION")) args.push(`DUCKDB_VERSION=${dependencies["@duckdb/node-api"]}`);
    const way = network ? ["--network", network] : [];
    docker(["build", "-q", "-t", `sluice/${id}`, ...way, ...args.flatMap((arg) => ["--build-arg", arg]), folder], true);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** `own=other`, where a Dockerfile begins with the one. */
function baseOf(pair) {
  const [own, other] = pair.split("=", 2);
  const known = [...new Set(withDockerfile().map((id) => baseIn(readFileSync(`operators/${id}/Dockerfile`, "utf8"))))];
  if (other && known.includes(own)) return [own, other];
  throw new StartError(`--base takes a Dockerfile's base and another image for it: ${known[0]}=registry.example.com/image:tag.
Dockerfiles here begin with ${known.join(", ")}.`);
}

async function main(args) {
  const bases = new Map();
  const ids = [];
  for (let at = 0; at < args.length; at++) {
    if (args[at] !== "--base") ids.push(args[at]);
    else bases.set(...baseOf(args[++at] ?? ""));
  }
  const all = withDockerfile();
  const unknown = ids.find((id) => !all.includes(id));
  if (unknown) throw new StartError(`No operator ${unknown} has a Dockerfile. Those that have: ${all.join(", ")}.`);
  const { buildPrograms } = await import("./build.mjs");
  await buildPrograms();
  for (const id of ids.length > 0 ? ids : all) {
    process.stdout.write(`sluice/${id} …\n`);
    buildImage(id, bases, process.env.COMPANY_CA);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  process.chdir(root);
  try {
    await main(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${error instanceof StartError ? error.message : (error.stack ?? error)}\n`);
    process.exit(1);
  }
}
