import type { KeyView } from "@/lib/charts/schema";

/** How many colours can be told apart, by the colour-blind too; the values are in components/layout/theme.ts. */
export const colours = 10;

/** One over ten begins again with another dash and shape. */
export function colourOf(index: number, key: KeyView | null): string {
  if (key?.other || (key && key.at === null)) return "var(--sl-chart-rest)";
  return `var(--sl-chart-${(index % colours) + 1})`;
}

/** Lines from the sixth on are dashed as well: colour is never alone. */
const dashes = ["", "", "", "", "", "6 3", "6 3", "6 3", "6 3", "6 3"];
export const dashOf = (index: number): string | undefined => (index >= colours ? "2 3" : dashes[index] || undefined);
