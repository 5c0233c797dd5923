import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { inject } from "vitest";
import { installation, type Subject, specOf } from "@/lib/runtimes/contract";
import { dockerRuntime } from "@/lib/runtimes/docker/runtime";
import { packagesFor } from "@/lib/runtimes/packages";
import type { Exit, LogLine } from "@/lib/runtimes/runtime";

/** One stage of an operator in its own image, by the Docker runtime alone: no worker, no queue, no store. */
interface Stage {
  operator: string;
  /** Of the parameters, where there are no others. */
  code?: string;
  params?: object;
  /** By name the folder of a table that came before. */
  inputs?: Record<string, { from: string; format: string }>;
  outputs: Record<string, string>;
  /** From PyPI. */
  requirements?: string[];
  /** By name what each holds. */
  secrets?: Record<string, string>;
  /** Instead of the operator's own. */
  image?: string;
  command?: string[];
  /** Whether it is an operator's program, which says what came of it. */
  leaves?: boolean;
}

export interface Ran {
  exit: Exit;
  lines: LogLine[];
  // biome-ignore lint/suspicious/noExplicitAny: whatever a program left
  result: any;
  out: string;
}

/** Runs stages below a folder of their own, which `end` removes. */
export function operatorRuns() {
  const engine = inject("containerEngine");
  const home = mkdtempSync(path.join(tmpdir(), "sluice-operators-"));
  const open = () =>
    dockerRuntime({
      ...(engine?.address ? { address: engine.address } : {}),
      ...{ installation, network: null, accounts: null, user: { uid: 65_532, gid: 65_532 }, paths: [], ca: null },
      logBytes: 2 ** 28,
    });

  async function run({ operator, inputs = {}, outputs, requirements, leaves = true, ...asked }: Stage): Promise<Ran> {
    const manifest = JSON.parse(readFileSync(`operators/${operator}/operator.json`, "utf8"));
    const image = asked.image ?? manifest.image;
    const subject: Subject = { open, image, home, longLineBytes: 0, lines: 0, atOnce: 0 };
    const secrets = Object.entries(asked.secrets ?? {});
    const spec = specOf(subject, asked.command ?? manifest.command, {
      limits: { cpu: 1, memoryBytes: 1024 ** 3, pids: 200, seconds: 120 },
    });
    for (const [name, value] of secrets) writeFileSync(path.join(spec.folders.secrets, name), value, { mode: 0o444 });
    const given = Object.entries(inputs).map(([name, { from, format }]) => {
      cpSync(from, path.join(spec.folders.in, name), { recursive: true });
      return [name, { format, path: name, files: readdirSync(from).sort(), rows: null }];
    });
    const context = {
      contract: 1,
      run: { id: "r1", url: "http://here/runs/r1", pipeline: "daily", version: 1, trigger: "manual" },
      interval: { from: "2026-01-01T00:00:00Z", to: "2026-01-02T00:00:00Z", timeZone: "UTC" },
      params: asked.params ?? { code: asked.code, values: {} },
      secrets: Object.fromEntries(secrets.map(([name], at) => [`secrets/${at}`, `/run/secrets/${name}`])),
      inputs: Object.fromEntries(given),
      outputs: Object.fromEntries(Object.entries(outputs).map(([name, format]) => [name, { format, path: name }])),
    };
    for (const name of Object.keys(outputs)) mkdirSync(path.join(spec.folders.out, name));
    writeFileSync(path.join(spec.folders.in, "context.json"), JSON.stringify(context));
    const runtime = open();
    const packages = requirements && (await packagesFor(runtime, spec, requirements, new AbortController().signal));
    const handle = await runtime.create({ ...spec, packages: packages ?? null });
    await runtime.start(handle);
    const lines: LogLine[] = [];
    const [exit] = await Promise.all([
      runtime.wait(handle),
      runtime.follow(handle, null, async (more) => void lines.push(...more)),
    ]);
    await runtime.remove(handle);
    const left = path.join(spec.folders.out, "result.json");
    return { exit, lines, result: leaves ? JSON.parse(readFileSync(left, "utf8")) : null, out: spec.folders.out };
  }
  return { home, run, end: () => rmSync(home, { recursive: true, force: true }) };
}
