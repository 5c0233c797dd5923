import { spawn, spawnSync } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import path from "node:path";
import type { Manifest } from "@/lib/operators/schema";
import { Failure } from "../failure";
import { asProgram } from "./folder";
import { type Prepared, prepare } from "./prepare";
import { type Left, leftBy } from "./report";
import type { Try } from "./try-file";

/** How one try went. */
export interface Tried extends Left {
  code: number | null;
  seconds: number;
  log: { stream: "stdout" | "stderr"; text: string }[];
}

interface Way {
  folder: string;
  manifest: Manifest;
  /** In a container, by the `docker` command of this machine. */
  container: boolean;
  signal?: AbortSignal;
  say(stream: "stdout" | "stderr", text: string): void;
}

/** Builds and runs an operator over a try's files. @throws Failure for what keeps it from running */
export async function runOperator(way: Way, asked: Try): Promise<Tried> {
  if (way.container) must(way, "docker", ["build", "-t", imageOf(way.manifest), way.folder]);
  else if (asked.build) must(way, "sh", ["-c", asked.build]);
  const prepared = prepare(way.manifest, asked);
  try {
    const begun = performance.now();
    const log: Tried["log"] = [];
    const code = await run(way, prepared, (stream, text) => {
      log.push({ stream, text });
      way.say(stream, text);
    });
    return { code, seconds: (performance.now() - begun) / 1_000, log, ...leftBy(prepared, code === 0) };
  } finally {
    rmSync(prepared.base, { recursive: true, force: true });
  }
}

const imageOf = ({ id }: Manifest) => `sluice-dev/${id}`;

function must({ folder, say }: Way, command: string, args: string[]): void {
  // A build that says much is no failed one.
  const whole = { cwd: folder, encoding: "utf8", maxBuffer: Number.POSITIVE_INFINITY } as const;
  const { status, stdout, stderr, error } = spawnSync(command, args, whole);
  if (status === 0) return;
  say("stderr", stdout ?? "");
  say("stderr", stderr ?? "");
  throw new Failure(
    error ? `${command} cannot be run: ${error.message}` : `The build ended with exit code ${status}.`,
    1,
  );
}

function run(way: Way, prepared: Prepared, say: Way["say"]): Promise<number | null> {
  const [command = "", ...args] = way.container ? containerCommand(way, prepared) : processCommand(way);
  const child = spawn(command, args, {
    ...{ cwd: prepared.base, stdio: ["ignore", "pipe", "pipe"], signal: way.signal },
    // The docker command has settings of its own; what it runs gets none of them.
    env: way.container ? process.env : { ...shell(), ...variables(prepared.base) },
  });
  child.stdout.setEncoding("utf8").on("data", (text: string) => say("stdout", text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => say("stderr", text));
  return new Promise((resolve, reject) => {
    child.once("error", (error) =>
      reject(way.signal?.aborted ? error : new Failure(notStarted(way, command, error), 1)),
    );
    child.once("close", resolve);
  });
}

function notStarted({ manifest, container }: Way, command: string, error: NodeJS.ErrnoException): string {
  const named = container ? command : (manifest.process?.command[0] ?? command);
  if (error.code === "EACCES") return `${named} is no program: ${asProgram(named)}`;
  if (error.code !== "ENOENT") return `${named} cannot be started: ${error.message}`;
  // Also of a script whose first line names what is not installed.
  const [where, what] = named.includes("/")
    ? ["in the folder, or what its first line names", "Build it, or mend its name in process.command."]
    : ["on this machine", "Install it."];
  return `There is no ${named} ${where}. ${what}`;
}

/** Of the shell only what programs need to be found and to find their home. */
const shell = () =>
  ({ PATH: process.env.PATH, HOME: process.env.HOME, LANG: "C.UTF-8" }) as unknown as NodeJS.ProcessEnv;

const variables = (base: string) => ({
  ...{
    SLUICE_IN: path.join(base, "in"),
    SLUICE_OUT: path.join(base, "out"),
    SLUICE_SCRATCH: path.join(base, "scratch"),
  },
  ...{ SLUICE_RUN: "try", SLUICE_STAGE: "try", SLUICE_ATTEMPT: "1", TZ: "UTC" },
});

/** As a worker runs it as its child: what names a file of the folder is that file. */
function processCommand({ folder, manifest }: Way): string[] {
  const { command } = manifest.process ?? {};
  if (!command) throw new Failure("The manifest has no `process`: try it with --container.");
  return command.map((part, at) => {
    const file = path.join(folder, part);
    if (part === "node" && at === 0) return process.execPath;
    return !path.isAbsolute(part) && !part.startsWith("-") && existsSync(file) ? path.resolve(file) : part;
  });
}

/** Shut in as a run's container is. */
function containerCommand({ manifest }: Way, { base, network }: Prepared): string[] {
  const [entry, ...args] = manifest.command;
  const { cpu, memory } = manifest.resources;
  const uid = process.getuid?.() || 65_532;
  const mounts = [
    ...[`${base}/in:/in:ro`, `${base}/out:/out`, `${base}/scratch:/scratch`, `${base}/secrets:${base}/secrets:ro`],
  ].flatMap((mount) => ["-v", mount]);
  const env = { ...variables(base), SLUICE_IN: "/in", SLUICE_OUT: "/out", SLUICE_SCRATCH: "/scratch", HOME: "/tmp" };
  return [
    ...["docker", "run", "--rm", "--init", "--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"],
    ...[
      "--tmpfs",
      "/tmp",
      "--user",
      `${uid}:${uid}`,
      "--cpus",
      String(cpu),
      "--memory",
      memory.replace(/i$/, "").toLowerCase(),
    ],
    ...(network === "none" ? ["--network", "none"] : []),
    ...Object.entries(env).flatMap(([name, value]) => ["-e", `${name}=${value}`]),
    ...mounts,
    ...(entry ? ["--entrypoint", entry] : []),
    ...[imageOf(manifest), ...args],
  ];
}
