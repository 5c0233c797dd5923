import { createHmac } from "node:crypto";
import { writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import process from "node:process";
import { rootCertificates } from "node:tls";
import { env } from "@/lib/platform/env";
import { SluiceError } from "@/lib/platform/errors";
import { chooseRuntime, type Needs } from "./choose";
import { maxLogBytes, type Runtime } from "./runtime";
import { isOnLoopback } from "./ways-here";

/** Of containers, whose user must not be root: nobody's number on any system that we know of. */
const nobody = { uid: 65_532, gid: 65_532 };
const trustCheckMs = 10_000;
/** While another look is on its way, one that found all well counts for this long: no stage waits for a look. */
const trustWellMs = 60_000;

const opened = new Map<string, Promise<Runtime>>();
let checked: { at: number; why: Promise<string | null> } | undefined;
let wellAt = Number.NEGATIVE_INFINITY;
let wasWell = false;

function check(containers: Runtime, trustMs = trustCheckMs): Promise<string | null> {
  const now = performance.now();
  if (!checked || now - checked.at > trustMs) {
    const why = containers.check();
    checked = { at: now, why };
    void why.then(
      (answer) => {
        wellAt = answer === null ? now : Number.NEGATIVE_INFINITY;
        wasWell ||= answer === null;
      },
      () => undefined,
    );
  }
  return now - wellAt < trustWellMs ? Promise.resolve(null) : checked.why;
}

/** Tells this installation's containers from those of another that shares the engine; the same in all its processes. */
export const installationId = (): string =>
  createHmac("sha256", env().AUTH_SECRET).update("installation of stages").digest("hex").slice(0, 16);

const openers: Record<Runtime["name"], () => Promise<Runtime>> = {
  async process() {
    const { processRuntime } = await import("./process/runtime");
    return processRuntime({ home: path.resolve(env().SLUICE_HOME), path: env().PATH });
  },
  async docker() {
    const { dockerRuntime } = await import("./docker/runtime");
    const { DOCKER_NETWORK, DOCKER_ACCOUNTS, DOCKER_PATHS } = env();
    return dockerRuntime({
      installation: installationId(),
      network: DOCKER_NETWORK ?? null,
      accounts: DOCKER_ACCOUNTS ?? null,
      user: userInside(),
      paths: DOCKER_PATHS,
      ca: await authorities(),
      // The engine writes each line as JSON.
      logBytes: 2 * maxLogBytes,
    });
  },
  async kubernetes() {
    const { kubernetesRuntime } = await import("./kubernetes/runtime");
    const { KUBERNETES_IMAGE, KUBERNETES_NAMESPACE, KUBERNETES_PULL_SECRETS, RELAY_HOST } = env();
    return kubernetesRuntime({
      installation: installationId(),
      // As kubectl finds it.
      config: null,
      namespace: KUBERNETES_NAMESPACE ?? null,
      image: KUBERNETES_IMAGE ?? null,
      pullSecrets: KUBERNETES_PULL_SECRETS,
      user: nobody,
      ca: await authorities(),
      logBytes: maxLogBytes,
      relayHost: RELAY_HOST ?? null,
    });
  },
};

/** Files are handed over by bind mounts, and a worker that is not root can give them to nobody. */
function userInside(): { uid: number; gid: number } {
  const uid = process.getuid?.() ?? 0;
  return uid === 0 ? nobody : { uid, gid: process.getgid?.() ?? uid };
}

/** A file with the public authorities and the company's, as most programs want them: together. */
async function authorities(): Promise<string | null> {
  const { COMPANY_CA, SLUICE_HOME } = env();
  if (COMPANY_CA === undefined) return null;
  const file = path.resolve(SLUICE_HOME, "authorities.pem");
  writeFileSync(file, [...rootCertificates, await readFile(COMPANY_CA, "utf8")].join("\n"), { mode: 0o644 });
  return file;
}

/** Those that may hold programs of this installation. What speaks to a cluster takes memory that none else should pay. */
export const runtimesHere = (): Runtime["name"][] =>
  env().KUBERNETES_IMAGE === undefined ? ["process", "docker"] : ["process", "docker", "kubernetes"];

/** As an attempt names it, for whoever goes on with one. @throws SluiceError unavailable: not one that we have */
export function runtimeNamed(name: string): Promise<Runtime> {
  const opener = Object.entries(openers).find(([known]) => known === name)?.[1];
  if (!opener) throw new SluiceError("unavailable", `This worker has no runtime of the name ${name}.`);
  const runtime = opened.get(name) ?? opener();
  opened.set(name, runtime);
  runtime.catch(() => opened.delete(name));
  return runtime;
}

function containersHere(): Promise<Runtime> {
  const { STAGE_RUNTIME, KUBERNETES_IMAGE } = env();
  const inCluster = STAGE_RUNTIME === "kubernetes" || (STAGE_RUNTIME === "auto" && KUBERNETES_IMAGE !== undefined);
  return runtimeNamed(inCluster ? "kubernetes" : "docker");
}

/**
 * Why what runs containers cannot, now, where it could before: it went away, and may come back. Null: it can, or this
 * process has never known it to.
 */
export async function awayFor(): Promise<string | null> {
  if (!wasWell || env().STAGE_RUNTIME === "process") return null;
  wellAt = Number.NEGATIVE_INFINITY;
  return check(await containersHere(), 0);
}

/** The one that a new stage is given to. @throws SluiceError unavailable: where it cannot run, and what to do */
export async function runtimeFor(needs: Needs): Promise<Runtime> {
  const { STAGE_RUNTIME } = env();
  const containers = await containersHere();
  const why = STAGE_RUNTIME === "process" ? "" : await check(containers);
  return chooseRuntime(needs, {
    wanted: STAGE_RUNTIME,
    onLoopback: isOnLoopback(),
    process: await runtimeNamed("process"),
    containers: why === null ? containers : null,
    why: why ?? "",
  });
}
