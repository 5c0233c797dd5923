import type { Format } from "./cell-format";
import { FORMATS } from "./cell-format";

/** What a reader did to the columns; kept beside the data, which it never changes. */
export interface ColumnChoices {
  /** Columns (by index in the result) in the order they stand, left to right; those it leaves out follow. */
  order: number[];
  hidden: number[];
  pinned: number[];
  widths: Record<number, number>;
  formats: Record<number, Format>;
}

export const NO_CHOICES: ColumnChoices = { order: [], hidden: [], pinned: [], widths: {}, formats: {} };

const KNOWN = new Set<string>(Object.values(FORMATS).flatMap((list) => list.map(({ value }) => value)));

/** As the URL carries it: "3h,0p,2w240.decimals2", one entry a column that was touched: hidden, pinned, width, format. */
export function choicesText({ hidden, pinned, widths, formats }: ColumnChoices): string {
  const touched = new Set([
    ...hidden,
    ...pinned,
    ...Object.keys(widths).map(Number),
    ...Object.keys(formats).map(Number),
  ]);
  return [...touched]
    .map((index) => {
      const width = widths[index] ? `w${Math.round(widths[index])}` : "";
      const format = formats[index] && formats[index] !== "auto" ? `.${formats[index]}` : "";
      return {
        index,
        text: `${hidden.includes(index) ? "h" : ""}${pinned.includes(index) ? "p" : ""}${width}${format}`,
      };
    })
    .filter(({ text }) => text !== "")
    .map(({ index, text }) => `${index}${text}`)
    .join(",");
}

/** What does not read as an entry is left out: a link typed by hand must still open. */
export function parseChoices(text: string): Omit<ColumnChoices, "order"> {
  const choices = { hidden: [] as number[], pinned: [] as number[], widths: {} as Record<number, number> };
  const formats: Record<number, Format> = {};
  for (const entry of text.split(",")) {
    const parts = /^(\d{1,5})(h?)(p?)(?:w(\d{2,4}))?(?:\.(\w+))?$/.exec(entry);
    if (!parts) continue;
    const index = Number(parts[1]);
    if (parts[2]) choices.hidden.push(index);
    if (parts[3]) choices.pinned.push(index);
    if (parts[4]) choices.widths[index] = Number(parts[4]);
    if (parts[5] && KNOWN.has(parts[5])) formats[index] = parts[5] as Format;
  }
  return { ...choices, formats };
}

/** Every column of the result once: those of the wished order first, the others behind in their own. */
export function fullOrder(count: number, wished: number[]): number[] {
  const order = [...new Set(wished)].filter((index) => index < count);
  const named = new Set(order);
  for (let index = 0; index < count; index++) if (!named.has(index)) order.push(index);
  return order;
}

/** The shortest wish that gives this order: its tail that stands as it would anyway is left out. */
export function shortOrder(order: number[]): number[] {
  for (let kept = 0; kept < order.length; kept++) {
    const wish = order.slice(0, kept);
    const full = fullOrder(order.length, wish);
    if (full.every((index, at) => index === order[at])) return wish;
  }
  return order;
}
