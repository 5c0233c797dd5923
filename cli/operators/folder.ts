import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { checkManifest, type ManifestProblem } from "@/lib/operators/check-manifest";
import type { Manifest } from "@/lib/operators/schema";
import { exits, Failure } from "../failure";
import { unread } from "../unread";

/** An operator's folder on this machine; or what its author has to change. @throws Failure where there is none */
export function readOperator(folder: string): { manifest: Manifest } | { problems: ManifestProblem[] } {
  const file = path.join(folder, "operator.json");
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw unread(file, error, exits.missing);
    throw new Failure(`There is no operator.json in ${folder}. Name the folder of one operator.`, exits.missing);
  }
  try {
    const checked = checkManifest(JSON.parse(text));
    const name = path.basename(path.resolve(folder));
    if ("problems" in checked) return checked;
    if (checked.manifest.id !== name)
      return { problems: [{ at: "id", message: `The folder is called ${name}; give both one name.` }] };
    const problem = programProblem(folder, checked.manifest);
    return problem ? { problems: [problem] } : checked;
  } catch (error) {
    return { problems: [{ at: "", message: `operator.json is not JSON: ${(error as Error).message}` }] };
  }
}

/** What is there and cannot be started. What is not there may have to be built first. */
function programProblem(folder: string, { process: asChild }: Manifest): ManifestProblem | null {
  const [program = ""] = asChild?.command ?? [];
  const file = path.join(folder, program);
  if (path.isAbsolute(program) || !program.includes("/") || !existsSync(file)) return null;
  try {
    accessSync(file, constants.X_OK);
    return null;
  } catch {
    return { at: "process.command", message: `${program} is no program: ${asProgram(program)}` };
  }
}

/** What makes a file of a folder one that can be started. */
export const asProgram = (file: string) =>
  `run "chmod +x ${file}"; a script's first line names what runs it, as "#!/usr/bin/perl".`;

export const problemText = (problems: ManifestProblem[]) =>
  problems.map(({ at, message }) => `${at || "operator.json"}: ${message}\n`).join("");
