import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { text as readAll } from "node:stream/consumers";
import type { z } from "zod";
import { parseDocument, type TextFormat } from "@/lib/pipelines/document";
import { fillVariables } from "@/lib/pipelines/variables";
import type { Given } from "../command";
import { exits, Failure } from "../failure";
import { parametersOf } from "../parameters";
import { unread } from "../unread";
import { readValues } from "./values";

type Json = z.core.util.JSONType;

/** A pipeline's file as it is sent: variables filled in. */
export interface PipelineFile {
  /** As it was named, or found; `-` is stdin. */
  file: string;
  text: string;
  format: TextFormat;
}

export const variableFlags = {
  var: { value: "NAME=VALUE", many: true, help: "What {{ var.NAME }} stands for; NAME:=JSON for a number or a list" },
  vars: { value: "FILE", many: true, help: "A file of such values, as YAML or JSON: one for each environment" },
};

/** What the words of a command name: files, all pipelines' files in folders and below, `-` for stdin. @throws Failure */
export async function pipelineFiles(given: Given): Promise<PipelineFile[]> {
  const values = valuesOf(given);
  const used = new Set<string>();
  const apart = given.list("vars").map((file) => path.resolve(file));
  const files = given.words.flatMap((word) => filesAt(word)).filter((file) => !apart.includes(path.resolve(file)));
  if (files.length === 0)
    throw new Failure(`There is no file of a pipeline in ${given.words.join(", ")}.`, exits.missing);
  const read: PipelineFile[] = [];
  for (const file of new Set(files)) {
    const filled = fillVariables(await textOf(file), values.all);
    for (const name of filled.used) used.add(name);
    read.push({ file, text: filled.text, format: file.endsWith(".json") ? "json" : "yaml" });
  }
  const idle = values.typed.filter((name) => !used.has(name));
  if (idle[0]) throw new Failure(`No file has a {{ var.${idle[0]} }}, which --var gives a value.`);
  return read;
}

/** The name of a file's pipeline, where it can be read. */
export function nameIn({ text, format }: PipelineFile): string | null {
  const parsed = parseDocument(text, format);
  return parsed.ok ? parsed.document.name : null;
}

/** Files of an environment first, so that what is typed counts. */
function valuesOf(given: Given): { all: Record<string, Json>; typed: string[] } {
  const typed = parametersOf(given.list("var")) ?? {};
  const all = Object.assign({}, ...given.list("vars").map(readValues), typed) as Record<string, Json>;
  return { all, typed: Object.keys(typed) };
}

const isPipelineFile = (name: string) => /\.(ya?ml|json)$/i.test(name) && !name.startsWith(".");

function filesAt(place: string): string[] {
  if (place === "-" || !existsSync(place) || !statSync(place).isDirectory()) return [place];
  return readdirSync(place, { withFileTypes: true })
    .filter(({ name }) => !name.startsWith(".") && name !== "node_modules")
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((one) => {
      const file = path.join(place, one.name);
      if (one.isDirectory()) return filesAt(file);
      return one.isFile() && isPipelineFile(one.name) ? [file] : [];
    });
}

async function textOf(file: string): Promise<string> {
  // Not readFileSync(0): what comes through a pipe may not be there yet.
  if (file === "-") return readAll(process.stdin);
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw unread(file, error);
  }
}
