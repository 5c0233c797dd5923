import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { checkValues } from "@/lib/operators/check-values";
import { effective } from "@/lib/operators/form";
import { requirementsOf, requirementTexts } from "@/lib/operators/requirements";
import { type Manifest, networkOf, portsOf, type TableFormat } from "@/lib/operators/schema";
import { contextSchema, type StageContext } from "@/lib/runs/context";
import { Failure } from "../failure";
import { unread } from "../unread";
import type { Try } from "./try-file";

/** The folders of one try, as the stage contract says. */
export interface Prepared {
  /** Holds `in`, `out`, `secrets` and `scratch`. */
  base: string;
  outputs: Record<string, { format: TableFormat; required: boolean }>;
  network: "none" | "egress";
}

/** @throws Failure for what a pipeline's linter would refuse */
export function prepare(manifest: Manifest, asked: Try): Prepared {
  const wrong = checkValues(manifest, asked.params);
  if (wrong.length > 0)
    throw new Failure(wrong.map(({ pointer, message, fix }) => `params${pointer}: ${message} ${fix}`).join("\n"));
  refuseRequirements(manifest, asked);
  const base = mkdtempSync(path.join(tmpdir(), `sluice-${manifest.id}-`));
  for (const name of ["in", "out", "secrets", "scratch"]) mkdirSync(path.join(base, name));
  // A container's user is somebody else.
  for (const name of ["out", "scratch"]) chmodSync(path.join(base, name), 0o777);
  chmodSync(base, 0o755);
  const outputs = outputsOf(manifest, asked);
  for (const name of Object.keys(outputs)) {
    mkdirSync(path.join(base, "out", name));
    chmodSync(path.join(base, "out", name), 0o777);
  }
  const secrets = Object.fromEntries(
    Object.entries(asked.secrets).map(([name, text]) => {
      const file = path.join(base, "secrets", name);
      writeFileSync(file, text, { mode: 0o444 });
      return [name, file];
    }),
  );
  const context: StageContext = contextSchema.parse({
    contract: 1,
    run: { id: "try", url: "http://127.0.0.1/runs/try", pipeline: "try", version: 1, trigger: "manual" },
    ...{ stage: manifest.id, attempt: 1, fencingToken: 1, runKey: `try/${manifest.id}`, interval: asked.interval },
    ...{ params: effective(manifest.parameters, asked.params), sql: {}, inputs: inputsOf(manifest, asked, base) },
    outputs: Object.fromEntries(Object.entries(outputs).map(([name, { format }]) => [name, { format, path: name }])),
    ...{ connections: {}, secrets, files: filesOf(asked, base), dry: asked.dry },
  });
  writeFileSync(path.join(base, "in", "context.json"), JSON.stringify(context, null, 2));
  return { base, outputs, network: networkOf(manifest, context.params) };
}

/** They are installed by what runs stages, which is not here. */
function refuseRequirements(manifest: Manifest, asked: Try): void {
  for (const { name, value } of requirementTexts(manifest, effective(manifest.parameters, asked.params))) {
    const packages = requirementsOf(value);
    if (packages.length > 0)
      throw new Failure(
        `params/${name}: packages are installed by a run, not by this. Leave it empty here, and have them where it is tried: "python3 -m pip install ${packages.join(" ")}", or with --container a line of its Dockerfile.`,
      );
  }
}

function outputsOf({ outputs }: Manifest, asked: Try): Prepared["outputs"] {
  const { named } = portsOf(outputs);
  const own = Object.entries(named).map(([name, { format, required }]): [string, Prepared["outputs"][string]] => [
    name,
    { format: asked.outputs[name] ?? format ?? "parquet", required: required === true },
  ]);
  const further = Object.entries(asked.outputs).filter(([name]) => !Object.hasOwn(named, name));
  return Object.fromEntries([...own, ...further.map(([name, format]) => [name, { format, required: true }] as const)]);
}

function inputsOf({ inputs }: Manifest, asked: Try, base: string): StageContext["inputs"] {
  const { named, further } = portsOf(inputs);
  for (const [name, port] of Object.entries(named))
    if (port.required && !asked.inputs[name])
      throw new Failure(`The input ${name} is missing: name a file for it under inputs.`);
  return Object.fromEntries(
    Object.entries(asked.inputs).map(([name, given]) => {
      if (!named[name] && !further) throw new Failure(`The operator has no input ${name}.`);
      const files = [given].flat().map((file) => path.resolve(asked.folder, file));
      const format = named[name]?.format ?? further?.format ?? formatOf(files[0] ?? "");
      mkdirSync(path.join(base, "in", name));
      const kept = files.map((file, at) => {
        if (path.extname(file) !== `.${format}`)
          throw new Failure(`The input ${name} is ${format}: ${file} is not named so.`);
        copyIn(file, path.join(base, "in", name, `${at}.${format}`));
        return `${at}.${format}`;
      });
      return [name, { format, path: name, files: kept, rows: null }];
    }),
  );
}

function formatOf(file: string): TableFormat {
  const format = path.extname(file).slice(1);
  if (format === "csv" || format === "ndjson" || format === "parquet") return format;
  throw new Failure(`${file} is named as none of these: .parquet, .csv, .ndjson.`);
}

const filesOf = (asked: Try, base: string): StageContext["files"] =>
  Object.fromEntries(
    Object.entries(asked.files).map(([parameter, file]) => {
      const from = path.resolve(asked.folder, file);
      mkdirSync(path.join(base, "in", "files"), { recursive: true });
      copyIn(from, path.join(base, "in", "files", parameter));
      return [parameter, { path: `files/${parameter}`, name: path.basename(from), bytes: statSync(from).size }];
    }),
  );

function copyIn(from: string, to: string): void {
  try {
    copyFileSync(from, to);
    chmodSync(to, 0o444);
  } catch (error) {
    throw unread(from, error);
  }
}
