import { createParser, parseAsString, useQueryStates } from "nuqs";
import { useCallback, useState } from "react";

export interface SortKey {
  column: number;
  descending: boolean;
}

export interface Filter {
  column: number;
  op: string;
  /** Several for `in` and `notin`, which come by a link from a chart. */
  value?: string | string[];
}

/** What the server does over the whole result before it cuts a page. */
export interface GridView {
  sort: SortKey[];
  filter: Filter[];
  search: string;
}

const EMPTY: GridView = { sort: [], filter: [], search: "" };

export function sortText(sort: SortKey[]): string {
  return sort.map((key) => (key.descending ? `${key.column}:desc` : String(key.column))).join(",");
}

const sortParser = createParser<SortKey[]>({
  parse: (text) =>
    text
      .split(",")
      .filter((part) => /^\d+(:(asc|desc))?$/.test(part))
      .map((part) => ({ column: Number.parseInt(part, 10), descending: part.endsWith(":desc") })),
  serialize: sortText,
  eq: (a, b) => sortText(a) === sortText(b),
});

const filterParser = createParser<Filter[]>({
  parse: (text) => {
    try {
      const list: unknown = JSON.parse(text);
      return Array.isArray(list) ? list.filter(isFilter) : null;
    } catch {
      return null;
    }
  },
  serialize: (filter) => JSON.stringify(filter),
  eq: (a, b) => JSON.stringify(a) === JSON.stringify(b),
});

function isFilter(value: unknown): value is Filter {
  if (typeof value !== "object" || value === null) return false;
  const { column, op } = value as Partial<Filter>;
  return Number.isInteger(column) && typeof op === "string";
}

const parsers = {
  sort: sortParser.withDefault([]),
  filter: filterParser.withDefault([]),
  search: parseAsString.withDefault(""),
};

/** In the URL for the page's main result; in memory for one that is pinned beside it. */
export function useGridView(inUrl: boolean): [GridView, (change: Partial<GridView>) => void] {
  const [fromUrl, setUrl] = useQueryStates(parsers, { history: "replace" });
  const [local, setLocal] = useState(EMPTY);
  const change = useCallback(
    (patch: Partial<GridView>) => {
      // A search is typed letter by letter; Back should undo what was chosen, not each letter.
      if (inUrl) void setUrl(patch, { history: patch.search === undefined ? "push" : "replace" });
      else setLocal((view) => ({ ...view, ...patch }));
    },
    [inUrl, setUrl],
  );
  return [inUrl ? fromUrl : local, change];
}

/** The query string that rows of this view are asked with. */
export function viewQuery(view: GridView): string {
  const query = new URLSearchParams();
  if (view.sort.length > 0) query.set("sort", sortText(view.sort));
  if (view.filter.length > 0) query.set("filter", JSON.stringify(view.filter));
  if (view.search) query.set("search", view.search);
  return query.toString();
}
