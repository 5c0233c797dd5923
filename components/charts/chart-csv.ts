import type { ChartData } from "@/lib/charts/schema";

const quoted = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
/** A spreadsheet must not run a category's text as a formula. */
const safe = (text: string) => quoted(/^[=+\-@\t\r]/.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text);

/** What a chart draws, as a table for a spreadsheet. */
export function csvOf(data: ChartData): string {
  if (data.kind === "points") {
    const lines = data.series.flatMap(({ name, key, points }) =>
      points.map(([x, y]) => [String(x), String(y), ...(key ? [safe(name)] : [])]),
    );
    const head = [data.x.name, data.y.name, ...(data.split ? [data.split.name] : [])].map(safe);
    return `${[head, ...lines].map((line) => line.join(",")).join("\r\n")}\r\n`;
  }
  const head = [data.x?.name ?? "", ...data.series.map(({ name }) => name)].map(safe);
  const lines = data.keys.map((key, at) => [
    safe(key.other ? "other" : (key.at ?? "")),
    ...data.series.map(({ values }) => String(values[at] ?? "")),
  ]);
  return `${[head, ...lines].map((line) => line.join(",")).join("\r\n")}\r\n`;
}
