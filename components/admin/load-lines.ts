import type { LoadHistory } from "@/lib/gate/schema";

/** Where the points of a load chart stand: x in thousandths of its width, y in hundredths of its height from above. */

export const wholeWidth = 1_000;
/** Marks closer than so many hundredths of the width stand under one. */
const apart = 3;

interface At {
  x: number;
  width: number;
  value: number;
}

/** What the upper edge stands for. */
export function topOf({ points }: LoadHistory): number {
  return Math.max(4, ...points.map(({ active, waiting, slots }) => Math.max(active ?? 0, waiting ?? 0, slots)));
}

/** Stretches without a break: where the warehouse or its sampler was silent there is none. */
export function linesOf(history: LoadHistory, what: "active" | "waiting" | "slots"): At[][] {
  const from = Date.parse(history.from);
  const length = Date.parse(history.to) - from;
  const step = history.minutes * 60_000;
  const width = (step / length) * wholeWidth;
  const lines: At[][] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (const point of history.points) {
    const value = point[what];
    if (value === null) continue;
    const at = Date.parse(point.at);
    const one = { x: ((at - from) / length) * wholeWidth, width, value };
    if (at - last > step * 1.5) lines.push([one]);
    else lines.at(-1)?.push(one);
    last = at;
  }
  return lines;
}

const round = (n: number) => Math.round(n * 100) / 100;
const y = (value: number, top: number) => round(100 - (value / top) * 96);

export function areaOf(line: At[], top: number): string {
  const [first, last] = [line[0], line.at(-1)];
  if (!first || !last) return "";
  const steps = line.map(({ x, width, value }) => `L${round(x)} ${y(value, top)}H${round(x + width)}`).join("");
  return `M${round(first.x)} 100${steps}L${round(last.x + last.width)} 100Z`;
}

export function stepsOf(lines: At[][], top: number): string {
  return lines
    .flatMap((line) =>
      line.map(({ x, width, value }, n) => `${n === 0 ? "M" : "L"}${round(x)} ${y(value, top)}H${round(x + width)}`),
    )
    .join("");
}

/** Decisions by where their mark stands, in hundredths of the width. */
export function groupsOf(history: LoadHistory): { left: number; items: LoadHistory["decisions"] }[] {
  const from = Date.parse(history.from);
  const length = Date.parse(history.to) - from;
  const groups: { left: number; items: LoadHistory["decisions"] }[] = [];
  for (const one of history.decisions) {
    const left = round(Math.min(100, Math.max(0, ((Date.parse(one.at) - from) / length) * 100)));
    const last = groups.at(-1);
    if (last && left - last.left < apart) last.items.push(one);
    else groups.push({ left, items: [one] });
  }
  return groups;
}
