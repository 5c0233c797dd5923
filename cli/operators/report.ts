import { existsSync, lstatSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { handedBytes, handedSchema, resultSchema, type StageResult } from "@/lib/runs/context";
import type { Prepared } from "./prepare";

/** What a program left behind, and what of it a run would refuse. */
export interface Left {
  result: StageResult | null;
  handed: Record<string, unknown> | null;
  outputs: { name: string; file: string; bytes: number; head: string }[];
  problems: string[];
}

const headBytes = 2_000;

/** @param ended whether it says that it succeeded: what failed need not have written anything */
export function leftBy({ base, outputs }: Prepared, ended: boolean): Left {
  const out = path.join(base, "out");
  const problems: string[] = [];
  const json = <T>(name: string, schema: { parse(value: unknown): T }, most: number): T | null => {
    const file = path.join(out, name);
    if (!existsSync(file)) return null;
    try {
      if (statSync(file).size > most) throw new Error(`it has more than ${most} bytes`);
      return schema.parse(JSON.parse(readFileSync(file, "utf8")));
    } catch (error) {
      problems.push(`out/${name} is not as the contract says: ${(error as Error).message}`);
      return null;
    }
  };
  const result = json("result.json", resultSchema, 1024 * 1024);
  const handed = json("params.json", handedSchema, handedBytes);
  const found: Left["outputs"] = [];
  for (const [name, { format, required }] of Object.entries(outputs)) {
    const files = readdirSync(path.join(out, name));
    if (files.length === 0 && required && ended && !result?.error)
      problems.push(`No file was written into the output ${name}: $SLUICE_OUT/${name}/<name>.${format}`);
    for (const file of files) {
      const info = lstatSync(path.join(out, name, file));
      if (!info.isFile() || !file.endsWith(`.${format}`) || !/^[A-Za-z0-9][\w.-]*$/.test(file))
        problems.push(`out/${name}/${file} is no plain file with a name as <name>.${format}.`);
      else {
        const head =
          format === "parquet"
            ? ""
            : readFileSync(path.join(out, name, file))
                .subarray(0, headBytes)
                .toString();
        found.push({ name, file, bytes: info.size, head });
      }
    }
  }
  const known = new Set([...Object.keys(outputs), "result.json", "params.json"]);
  for (const name of readdirSync(out))
    if (!known.has(name)) problems.push(`out/${name} is no output of this operator.`);
  return { result, handed, outputs: found, problems };
}
