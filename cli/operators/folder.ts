import { readFileSync } from "node:fs";
import path from "node:path";
import { checkManifest, type ManifestProblem } from "@/lib/operators/check-manifest";
import type { Manifest } from "@/lib/operators/schema";
import { exits, Failure } from "../failure";

/** An operator's folder on this machine; or what its author has to change. @throws Failure where there is none */
export function readOperator(folder: string): { manifest: Manifest } | { problems: ManifestProblem[] } {
  const file = path.join(folder, "operator.json");
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new Failure(`${file} cannot be read: ${(error as Error).message}`, exits.missing);
  }
  try {
    const checked = checkManifest(JSON.parse(text));
    const name = path.basename(path.resolve(folder));
    if ("problems" in checked || checked.manifest.id === name) return checked;
    return { problems: [{ at: "id", message: `The folder is called ${name}; give both one name.` }] };
  } catch (error) {
    return { problems: [{ at: "", message: `operator.json is not JSON: ${(error as Error).message}` }] };
  }
}

export const problemText = (problems: ManifestProblem[]) =>
  problems.map(({ at, message }) => `${at || "operator.json"}: ${message}\n`).join("");
