import { Document, isMap, isScalar, isSeq, type Node, type ParsedNode, visit } from "yaml";
import { pathOf } from "@/lib/platform/json-pointer";
import { documentSchema, type PipelineDocument, type Problem } from "./schema";
import { shapeProblems } from "./shape";
import { parseYaml, type ReadYaml } from "./yaml-text";

/** A pipeline's text, YAML or JSON, and the document that it says. Pure: browser, server and CLI read it alike. */

export type TextFormat = "yaml" | "json";
export interface Position {
  line: number;
  column: number;
}
/** Where the value, or the nearest that there is around it, stands in the text: from 1. */
export type Positions = (pointer: string) => Position;

export interface ReadText {
  value: unknown;
  positions: Positions;
  /** What makes the text no YAML or JSON. */
  problems: Problem[];
}

export type ParsedDocument =
  | { ok: true; document: PipelineDocument; positions: Positions }
  | { ok: false; problems: Problem[] };

/** Room for 2,000 stages with their SQL. */
const mostText = 4 * 1024 * 1024;

/** @throws never: what is wrong is in `problems` */
export function readText(text: string, format: TextFormat, reading: ReadYaml = parseYaml): ReadText {
  const failed = (message: string, fix: string, at: Position = { line: 1, column: 1 }): ReadText => ({
    value: undefined,
    positions: () => at,
    problems: [{ severity: "error", field: "", message, fix, ...at }],
  });
  if (text.length > mostText) return failed("This document is over 4 MB.", "Split it into several pipelines.");
  if (format === "json") {
    try {
      const value: unknown = JSON.parse(text);
      return { value, positions: lazyPositions(text), problems: [] };
    } catch (error) {
      // YAML's reader says the place where JSON.parse may not.
      const [first] = readYaml(text).problems;
      const at = first?.line ? { line: first.line, column: first.column ?? 1 } : undefined;
      return failed(`This is no JSON: ${(error as Error).message}`, "Correct it there.", at);
    }
  }
  try {
    return readYaml(text, reading);
  } catch (error) {
    return failed(`This cannot be read: ${(error as Error).message}`, "Write it in a simpler way.");
  }
}

function lazyPositions(text: string): Positions {
  let positions: Positions | undefined;
  return (pointer) => {
    positions ??= readText(text, "yaml").positions;
    return positions(pointer);
  };
}

const fixes: Record<string, string> = {
  DUPLICATE_KEY: "Keep one of them.",
  MULTIPLE_DOCS: "Write one pipeline in a text.",
  TAB_AS_INDENT: "Indent with spaces.",
  BAD_INDENT: "Indent it as its neighbours, or close the bracket before it.",
  MISSING_CHAR: "Add what is missing, or write the text in quotes.",
  BLOCK_AS_IMPLICIT_KEY: "Write the text in quotes.",
};

function readYaml(text: string, reading: ReadYaml = parseYaml): ReadText {
  const { doc, counter } = reading(text);
  const place = (offset: number): Position => {
    const { line, col } = counter.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const problem = (field: string, message: string, fix: string, offset: number): Problem => ({
    severity: "error",
    field,
    message,
    fix,
    ...place(offset),
  });
  const problems = [...doc.errors, ...doc.warnings].map(({ code, message, pos }) =>
    problem("", sentence(message), fixes[code] ?? "Correct it there.", pos[0]),
  );
  const positions: Positions = (pointer) => place(offsetOf(doc, pathOf(pointer)));
  if (problems.length > 0) return { value: undefined, positions, problems };
  visitScalars(doc.contents, "", (node, field) => {
    const { value, source = "" } = node;
    if (typeof value !== "number") return;
    const at = node.range?.[0] ?? 0;
    if (!Number.isFinite(value))
      problems.push(problem(field, `${source} is no number that JSON has.`, "Use another.", at));
    else if (/^[-+]?\d+$/.test(source) && String(value) !== source && BigInt(source) !== BigInt(value))
      problems.push(
        problem(field, `${source} has more digits than a number keeps.`, `Write it in quotes: "${source}".`, at),
      );
  });
  return { value: doc.toJS({ maxAliasCount: 100 }), positions, problems };
}

const sentence = (message: string) =>
  /call stack/.test(message) ? "This is nested too deeply." : /[.!?]$/.test(message) ? message : `${message}.`;

function visitScalars(
  node: ParsedNode | null,
  field: string,
  see: (node: { value: unknown; source?: string; range?: readonly number[] | null }, field: string) => void,
): void {
  if (isScalar(node)) see(node, field);
  else if (isSeq(node))
    for (const [at, item] of node.items.entries()) visitScalars(item as ParsedNode, `${field}/${at}`, see);
  else if (isMap(node))
    for (const { key, value } of node.items)
      visitScalars(value as ParsedNode, `${field}/${isScalar(key) ? key.value : ""}`, see);
}

/** Of a key that is one too many the key, of a value its beginning, of what is missing what should hold it. */
function offsetOf(doc: Document.Parsed, path: string[]): number {
  let node: unknown = doc.contents;
  let offset = (doc.contents as Node | null)?.range?.[0] ?? 0;
  for (const [depth, key] of path.entries()) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === key);
      if (!pair) break;
      node = pair.value;
      const whole = depth === path.length - 1 && isScalar(node) ? node : (pair.key as Node);
      offset = whole.range?.[0] ?? offset;
    } else if (isSeq(node)) {
      node = node.items[Number(key)];
      if (!node) break;
      offset = (node as Node).range?.[0] ?? offset;
    } else break;
  }
  return offset;
}

/** A document, or all that is wrong with its text and shape; what its operators say of it is asked by lint.ts. */
export function parseDocument(text: string, format: TextFormat): ParsedDocument {
  const { value, positions, problems } = readText(text, format);
  if (problems.length > 0) return { ok: false, problems };
  const parsed = documentSchema.safeParse(value);
  if (parsed.success) return { ok: true, document: parsed.data, positions };
  const shape = shapeProblems(value).map((one) => ({ ...one, ...positions(one.field) }));
  return { ok: false, problems: shape };
}

const documentKeys = [
  "name",
  "title",
  "description",
  "owner",
  "parameters",
  "triggers",
  "concurrency",
  "notify",
  "env",
  "stages",
];
const stageKeys = [
  ...["id", "title", "operator", "params", "inputs", "outputs", "after", "resources", "retries", "retryDelay"],
];

/** Keys of a document and of a stage in the order that people write them. */
export const keyOrder = { document: documentKeys, stage: stageKeys };

/** In the order that people write it; keys that are not named stay behind the others. */
function inOrder<Value extends object>(value: Value, keys: string[] = documentKeys): Value {
  const place = (key: string) => (keys.indexOf(key) + keys.length + 1) % (keys.length + 1);
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => place(a) - place(b))) as Value;
}

/** One text for one document: what is read from it and written again is the same text. */
export function writeYaml(document: PipelineDocument): string {
  const ordered = { ...inOrder(document), stages: document.stages.map((stage) => inOrder(stage, stageKeys)) };
  const doc = new Document(ordered, { version: "1.2", aliasDuplicateObjects: false });
  visit(doc, {
    Scalar: (place, node) => {
      node.type = styleOf(node.value, place === "key");
    },
  });
  const stages = doc.get("stages");
  if (isSeq(stages))
    for (const [at, stage] of stages.items.entries()) if (isMap(stage) && at > 0) stage.spaceBefore = true;
  return doc.toString(yamlStyle);
}

/**
 * Several lines stand as they are, below a `|`, where that keeps each character; elsewhere they are in quotes as in JSON.
 * Left alone, the library loses a space that is a line's only character.
 */
export function styleOf(value: unknown, isKey: boolean): "BLOCK_LITERAL" | "QUOTE_DOUBLE" | undefined {
  if (typeof value !== "string" || !unusual.test(value)) return undefined;
  return keepsInBlock(value) && !isKey && value.includes("\n") ? "BLOCK_LITERAL" : "QUOTE_DOUBLE";
}

/** Whether each of its characters survives below a `|`. */
export const keepsInBlock = (value: string): boolean =>
  /^\S/.test(value) && !/\n[ \t]+(\n|$)/.test(value) && !unusual.test(value.replace(/[\n\t]/g, ""));

/** Characters that nobody sees, or that end a line. */
const unusual = /[\p{C}\p{Zl}\p{Zp}\u00a0]/u;

export const yamlStyle = { lineWidth: 0, blockQuote: "literal", doubleQuotedAsJSON: true } as const;
