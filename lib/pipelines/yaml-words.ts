import { Document, visit } from "yaml";
import { keepsInBlock, styleOf, yamlStyle } from "./document";
import type { Layout } from "./yaml-places";

/** Values as the text around them writes its own. Pure. */

/** `key: value` from its own column on, a line each: the first is the key's. */
export const pairLines = (key: string, value: unknown, layout: Layout): string[] =>
  written({ [key]: value }, layout, false).split("\n");

/** `- value` in the same way. */
export const itemLines = (value: unknown, layout: Layout): string[] => written([value], layout, false).split("\n");

/** A value within brackets, in one line; as JSON where what is around it is. */
export const flowText = (value: unknown, layout: Layout, json: boolean): string =>
  json ? JSON.stringify(value) : written([value], layout, true).slice(1, -1);

export function flowPair(key: string, value: unknown, layout: Layout, json: boolean): string {
  if (json) return `${JSON.stringify(key)}: ${JSON.stringify(value)}`;
  return written({ [key]: value }, layout, true).slice(1, -1);
}

/** A name as a key; what is around it decides whether it needs quotes. */
export function keyText(key: string, layout: Layout, flow: boolean, json: boolean): string {
  if (json) return JSON.stringify(key);
  return (flow ? flowPair(key, 1, layout, false) : written({ [key]: 1 }, layout, false)).slice(0, -": 1".length);
}

/** Text in the quotes that the one before it had; null where those do not keep it. */
export function inQuotes(value: unknown, before: string): string | null {
  if (typeof value !== "string") return null;
  if (before === "double-quoted-scalar") return JSON.stringify(value);
  if (before === "single-quoted-scalar" && styleOf(value, false) === undefined)
    return `'${value.replaceAll("'", "''")}'`;
  return null;
}

/** The head and the lines of a block that keeps a text to the character; null where none does. */
export function blockLines(value: unknown): { head: string; lines: string[] } | null {
  if (typeof value !== "string" || value === "" || !keepsInBlock(value)) return null;
  const ends = value.length - value.replace(/\n+$/, "").length;
  return {
    head: ends === 0 ? "|-" : ends === 1 ? "|" : "|+",
    lines: value.split("\n").slice(0, ends > 0 ? -1 : undefined),
  };
}

function written(value: unknown, { indent, indentSeq }: Layout, flow: boolean): string {
  const doc = new Document(value, { version: "1.2", aliasDuplicateObjects: false });
  visit(doc, {
    Scalar: (place, scalar) => {
      const style = styleOf(scalar.value, place === "key");
      scalar.type = flow && style === "BLOCK_LITERAL" ? "QUOTE_DOUBLE" : style;
    },
    Collection: (_, node) => {
      if (flow) node.flow = true;
    },
  });
  // The last break ends the text, and is no part of the value.
  return doc.toString({ ...yamlStyle, indent, indentSeq, flowCollectionPadding: false }).replace(/\n$/, "");
}
