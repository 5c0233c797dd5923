import { readFileSync } from "node:fs";
import { z } from "zod";
import { readText } from "@/lib/pipelines/document";
import { Failure } from "../failure";
import { unread } from "../unread";

const valuesSchema = z.record(z.string(), z.json());

/** A file of names and values, as YAML or JSON. @throws Failure saying where it is wrong */
export function readValues(file: string): Record<string, z.core.util.JSONType> {
  const text = (() => {
    try {
      return readFileSync(file, "utf8");
    } catch (error) {
      throw unread(file, error);
    }
  })();
  const { value, problems } = readText(text, file.endsWith(".json") ? "json" : "yaml");
  const [wrong] = problems;
  if (wrong) throw new Failure(`${file}:${wrong.line}:${wrong.column}: ${wrong.message} ${wrong.fix}`);
  const parsed = valuesSchema.safeParse(value ?? {});
  if (parsed.success) return parsed.data;
  throw new Failure(`${file} is no list of names and values. Write each as "name: value".`);
}
