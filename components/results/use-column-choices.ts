import { createParser, useQueryStates } from "nuqs";
import { useCallback, useMemo, useState } from "react";
import { type ColumnChoices, choicesText, fullOrder, NO_CHOICES, parseChoices, shortOrder } from "./column-choices";
import type { ResultColumn } from "./column-layout";

const orderParser = createParser<number[]>({
  parse: (text) =>
    text
      .split(",")
      .filter((part) => /^\d{1,5}$/.test(part))
      .map(Number),
  serialize: (order) => order.join(","),
  eq: (a, b) => a.join() === b.join(),
});

const colsParser = createParser<Omit<ColumnChoices, "order">>({
  parse: parseChoices,
  serialize: (cols) => choicesText({ ...NO_CHOICES, ...cols }),
  eq: (a, b) => choicesText({ ...NO_CHOICES, ...a }) === choicesText({ ...NO_CHOICES, ...b }),
});

const parsers = { order: orderParser.withDefault([]), cols: colsParser.withDefault(NO_CHOICES) };

/** In the URL for the page's main result, so that a link shows the same columns; in memory for a pinned one. */
export function useColumnChoices(columns: ResultColumn[], inUrl: boolean) {
  const [url, setUrl] = useQueryStates(parsers, { history: "replace" });
  const [local, setLocal] = useState(NO_CHOICES);
  const wished = inUrl ? url.order : local.order;
  const cols = inUrl ? url.cols : local;
  const count = columns.length;
  const choices = useMemo<ColumnChoices>(() => ({ ...cols, order: fullOrder(count, wished) }), [cols, wished, count]);
  const change = useCallback(
    (next: ColumnChoices) => {
      if (inUrl) void setUrl({ order: shortOrder(next.order), cols: next });
      else setLocal(next);
    },
    [inUrl, setUrl],
  );
  return [choices, change] as const;
}
