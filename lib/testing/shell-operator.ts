import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Stage } from "@/lib/pipelines/schema";

/**
 * Adds an operator `shell@1` to ours, whose program is the text of its parameter `does`; call it before anything reads the
 * settings. It takes and gives whatever its stage names.
 */
export function addShellOperator(): void {
  const folder = mkdtempSync(path.join(tmpdir(), "sluice-operators-"));
  mkdirSync(path.join(folder, "shell"));
  const manifest = {
    ...{ id: "shell", version: "1.0.0", title: "Shell", summary: "Runs a script.", group: "change", icon: "code" },
    ...{ inputs: { "*": true }, outputs: { "*": true }, repeatSafe: true, image: "none" },
    process: { command: ["sh", "run.sh"] },
    parameters: { type: "object", properties: { does: { type: "string", title: "Does" } }, required: ["does"] },
  };
  writeFileSync(path.join(folder, "shell", "operator.json"), JSON.stringify(manifest));
  const script = `exec sh -c "$(node -e 'console.log(require(process.env.SLUICE_IN + "/context.json").params.does)')"`;
  writeFileSync(path.join(folder, "shell", "run.sh"), script);
  process.env.SLUICE_OPERATORS = folder;
}

export const shell = (id: string, does: string, more: Partial<Stage> = {}): Stage => ({
  ...{ id, operator: "shell@1", params: { does } },
  ...more,
});

/** A file that a test makes when a stage's program may go on, and the words by which that waits for it. */
export function gate(): { open(): void; waits: string } {
  const file = path.join(mkdtempSync(path.join(tmpdir(), "sluice-gate-")), "open");
  return { open: () => writeFileSync(file, ""), waits: `while [ ! -e ${file} ]; do sleep 0.1; done` };
}
