import { lexisOf } from "@/lib/warehouses/lexis";
import { RESERVED } from "./keywords";

/** As it must be written in this engine's SQL: quoted only when it would not be read back the same. */
export function quoted(name: string, engine: string): string {
  const { plain, quote, escapedQuote } = lexisOf(engine);
  if (plain.test(name) && !RESERVED.has(name.toLowerCase())) return name;
  return `${quote}${name.replaceAll(quote, escapedQuote)}${quote}`;
}

/** A table with its schema, unless that is the one where a bare name is looked for. */
export function quotedTable({ schema, name }: { schema: string; name: string }, engine: string): string {
  return schema === "public" ? quoted(name, engine) : `${quoted(schema, engine)}.${quoted(name, engine)}`;
}
