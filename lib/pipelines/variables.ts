import { isMap, isScalar, isSeq, type Node, parseDocument, type Scalar } from "yaml";
import type { Json } from "./interpolation";
import { pieces } from "./template";

/**
 * Variables of an environment, filled in where a document says `{{ var.name }}` before it is published: what is published
 * has the values written out, and everything else of the text stays as it was. Pure.
 */
export interface Filled {
  text: string;
  /** Names that stand in the text and have no value; they were left as they are. */
  missing: string[];
  used: string[];
}

/** @param text YAML or JSON; one that is neither is left as it is, for the linter to say so */
export function fillVariables(text: string, values: Record<string, Json>): Filled {
  const missing = new Set<string>();
  const used = new Set<string>();
  const doc = parseDocument(text, { version: "1.2" });
  if (!text.includes("{{") || doc.errors.length > 0) return { text, missing: [], used: [] };
  const found: { start: number; end: number; put: string }[] = [];
  eachScalar(doc.contents, (node) => {
    const [start, end] = node.range ?? [0, 0];
    const put = written(node, text.slice(start, end), values, { missing, used });
    if (put !== null) found.push({ start, end, put });
  });
  const filled = found.reduceRight((all, { start, end, put }) => all.slice(0, start) + put + all.slice(end), text);
  return { text: filled, missing: [...missing], used: [...used] };
}

/** Also of keys: they are texts as well. */
function eachScalar(node: unknown, see: (node: Scalar<string>) => void): void {
  if (isScalar(node)) {
    if (typeof node.value === "string") see(node as Scalar<string>);
  } else if (isSeq(node)) for (const item of node.items) eachScalar(item as Node, see);
  else if (isMap(node))
    for (const { key, value } of node.items) {
      eachScalar(key, see);
      eachScalar(value, see);
    }
}

/** The scalar's text with its variables filled in; null where it has none. */
function written(
  node: Scalar<string>,
  source: string,
  values: Record<string, Json>,
  seen: { missing: Set<string>; used: Set<string> },
): string | null {
  const inBlock = node.type === "BLOCK_LITERAL" || node.type === "BLOCK_FOLDED";
  const fill = (text: string) => {
    const named = variablesIn(text);
    for (const { name } of named) (Object.hasOwn(values, name) ? seen.used : seen.missing).add(name);
    return named.filter(({ name }) => Object.hasOwn(values, name));
  };
  const known = fill(node.value);
  if (known.length === 0) return null;
  const [only] = known;
  // One that is nothing but a variable takes its type.
  if (only && !inBlock && only.start === 0 && only.end === node.value.length) return JSON.stringify(values[only.name]);
  // In a block each line stands as it is, so that a value of one line may simply stand there.
  if (inBlock && known.every(({ name }) => /^[^\p{C}\p{Z}][^\p{C}]*$/u.test(textOf(values[name]))))
    return replaced(source, fill(source), values);
  // The end of a block's last line belongs to it.
  return JSON.stringify(replaced(node.value, known, values)) + (inBlock && source.endsWith("\n") ? "\n" : "");
}

interface Named {
  name: string;
  start: number;
  end: number;
}

function variablesIn(text: string): Named[] {
  return pieces(text).flatMap((piece) => {
    if (piece.kind !== "template" || piece.template.filters.length > 0) return [];
    const [root, name, ...rest] = piece.template.path;
    return root === "var" && name && rest.length === 0 ? [{ name, start: piece.start, end: piece.end }] : [];
  });
}

const replaced = (text: string, named: Named[], values: Record<string, Json>) =>
  named.reduceRight((all, { name, start, end }) => all.slice(0, start) + textOf(values[name]) + all.slice(end), text);

const textOf = (value: Json | undefined) =>
  typeof value === "string" ? value : value === null ? "" : JSON.stringify(value);
