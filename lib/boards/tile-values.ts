import { addressKey } from "@/lib/queries/parameters";
import type { GivenValues, Parameter } from "@/lib/queries/schema";
import type { QueryTile } from "./schema";

/** Pure: the browser uses it too. */

/** What a board's values say: what was given, else the default. */
export function boardValues(declared: Parameter[], given: GivenValues): GivenValues {
  const values: GivenValues = {};
  for (const one of declared) {
    const value = Object.hasOwn(given, one.name) ? given[one.name] : one.default;
    if (value !== undefined) values[one.name] = value;
  }
  return values;
}

/** What the board says to a tile's query. A parameter that nothing feeds is left out, and has its own default. */
export function tileValues(
  tile: Pick<QueryTile, "parameters">,
  wanted: Parameter[],
  board: { parameters: Parameter[]; values: GivenValues },
): GivenValues {
  const declared = new Set(board.parameters.map(({ name }) => name));
  const values: GivenValues = {};
  for (const { name } of wanted) {
    const source = tile.parameters[name] ?? { board: name };
    if ("value" in source) values[name] = source.value;
    // A parameter of the board that is empty is empty in its tiles, too: their default would be another's question.
    else if (declared.has(source.board)) values[name] = board.values[source.board] ?? null;
  }
  return values;
}

/** A query's page with these values. */
export function queryPath(id: string, values: GivenValues): string {
  const address = new URLSearchParams();
  for (const [name, value] of Object.entries(values))
    for (const part of Array.isArray(value) ? value : [value ?? ""]) address.append(addressKey(name), String(part));
  return `/queries/${id}${address.size > 0 ? `?${address}` : ""}`;
}
