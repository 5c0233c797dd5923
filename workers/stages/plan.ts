import path from "node:path";
import { z } from "zod";
import { warehouseFor } from "@/lib/access/reader";
import { operatorOf } from "@/lib/operators/catalogue";
import { runsPeoplesCode } from "@/lib/operators/isolation";
import { requirementProblems, requirementsOf, requirementTexts } from "@/lib/operators/requirements";
import { type Manifest, networkOf, portsOf } from "@/lib/operators/schema";
import type { ResolvedStage } from "@/lib/pipelines/resolve-stage";
import type { Stage } from "@/lib/pipelines/schema";
import { grantedSchemas, readersOf } from "@/lib/pipelines/schema-grants";
import type { StartedAttempt } from "@/lib/runs/lease";
import { limitsOf } from "@/lib/runs/limits";
import type { Needs } from "@/lib/runtimes/choose";
import type { StageSpec } from "@/lib/runtimes/runtime";
import { fillParams } from "./params";
import { StageFailure } from "./stage-failure";

type Format = "parquet" | "csv" | "ndjson";

/** What one attempt is to do, everything filled in that its document, its operator and its run say. */
export interface Plan extends ResolvedStage {
  stage: Stage;
  manifest: Manifest;
  /** Of a container; null: the operator has none. */
  image: string | null;
  outputs: Record<string, { format: Format; required: boolean }>;
  wants(input: string): Format | undefined;
  /** Where it may write (null: wherever the writer may), and who reads what it makes. */
  writes: { schemas: string[] | null; readers: string[] };
  limits: StageSpec["limits"];
  /** Python packages that it is to find, in one spelling and order. */
  requirements: string[];
  needs: Needs;
}

const pids = 512;
const unsaidFormat = "parquet";

/** @throws StageFailure */
export async function planStage(started: StartedAttempt): Promise<Plan> {
  const stage = started.document.stages.find(({ id }) => id === started.stage);
  const pin = stage && started.pins[stage.operator];
  if (!stage || !pin) throw new Error(`version ${started.run.version} has no stage ${started.stage}`);
  const { manifest } = pin;
  const filled = fillParams(started, stage, manifest, await enginesOf(manifest, stage));
  const inputs = portsOf(manifest.inputs);
  const named = typeof filled.params.image === "string" ? filled.params.image : null;
  const image = manifest.image === null ? named && (pin.images?.[named] ?? named) : (pin.digest ?? manifest.image);
  return {
    ...filled,
    stage,
    manifest,
    image,
    outputs: outputsOf(stage, manifest),
    wants: (input) => inputs.named[input]?.format ?? inputs.further?.format,
    writes: await writesOf(started, manifest, filled.params),
    limits: { ...limitsOf(stage, manifest, started.memory), pids },
    requirements: packagesOf(manifest, filled.params),
    needs: {
      container: image !== null,
      process: manifest.process !== undefined,
      peoplesCode: runsPeoplesCode(manifest),
    },
  };
}

/** Of all its parameters that name any. A version that was published was linted, a file of it may be older than the rule. */
function packagesOf(manifest: Manifest, params: ResolvedStage["params"]): string[] {
  const named = requirementTexts(manifest, params);
  for (const { name, value } of named) {
    const [wrong] = requirementProblems(value);
    if (!wrong) continue;
    const { line, message, fix: hint } = wrong;
    const error = { cause: "program" as const, message: `Line ${line}: ${message}`, hint, field: `/${name}` };
    throw new StageFailure(error, "final");
  }
  return named.flatMap(({ value }) => requirementsOf(value));
}

/** What the runtime is told of it. */
export async function specOf(
  { stage, manifest, image, limits, params }: Plan,
  started: StartedAttempt,
  isolated: boolean,
): Promise<Pick<StageSpec, "image" | "command" | "program" | "network" | "limits" | "env">> {
  const env = { SLUICE_RUN: started.run.id, SLUICE_STAGE: stage.id, SLUICE_ATTEMPT: String(started.number), TZ: "UTC" };
  const network = networkOf(manifest, params);
  // Any image runs as whoever names it says.
  const asked = manifest.image === null ? z.array(z.string()).safeParse(params.command).data : undefined;
  const command = asked ?? manifest.command;
  if (isolated) return { image, command, program: null, network, limits, env };
  return { image: null, ...(await programOf(started, manifest)), network, limits, env };
}

/** Those that the document names, and of the operator's own those that it always writes. */
function outputsOf(stage: Stage, manifest: Manifest): Plan["outputs"] {
  const own = portsOf(manifest.outputs).named;
  const outputs: Plan["outputs"] = {};
  for (const [name, port] of Object.entries(own))
    outputs[name] = { format: stage.outputs?.[name] ?? port.format ?? unsaidFormat, required: port.required === true };
  for (const [name, format] of Object.entries(stage.outputs ?? {})) outputs[name] = { format, required: true };
  return outputs;
}

/** An image brings its program; a child process runs in the operator's folder, of the version that was pinned. */
async function programOf(started: StartedAttempt, { id, version, process }: Manifest) {
  // Of the same major version any will do: that is what a major version says.
  const installed = (await operatorOf(started.operator)) ?? (await operatorOf(`${id}@${version.split(".")[0]}`));
  if (installed?.folder && process) return { command: process.command, program: path.resolve(installed.folder) };
  const message = `The operator ${started.operator} is not installed any more.`;
  throw new StageFailure({ cause: "platform", message, hint: "Publish the pipeline with one that is." }, "final");
}

/** The SQL that each warehouse speaks which its parameters name. */
async function enginesOf(manifest: Manifest, stage: Stage): Promise<Map<string, string>> {
  const names = manifest.connections.map(({ parameter }) => stage.params?.[parameter]);
  const named = [...new Set(names)].filter((name) => typeof name === "string");
  return new Map(await Promise.all(named.map(async (name) => [name, (await warehouseFor(name)).engine] as const)));
}

/** What an admin has published writes wherever the writer may, all else only in what was granted to the team. */
async function writesOf(started: StartedAttempt, { writes }: Manifest, params: ResolvedStage["params"]) {
  const warehouse = writes && params[writes.warehouse];
  if (typeof warehouse !== "string") return { schemas: null, readers: [] };
  const { id } = await warehouseFor(warehouse);
  const { teamId } = started.pipeline;
  const [schemas, readers] = await Promise.all([
    started.byAdmin ? null : grantedSchemas(teamId, id),
    readersOf(teamId, id),
  ]);
  return { schemas, readers };
}
