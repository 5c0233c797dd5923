import type { Context } from "@/lib/access/context";
import { getExecution, statementOf } from "@/lib/executions/data";
import { SluiceError } from "@/lib/platform/errors";
import { publicUrl } from "@/lib/platform/url";
import { readRows } from "@/lib/results/read-rows";

/** What a mail and a webhook say of a run: its first rows as this person may open them now. */

const mostRows = 10;
const mostColumns = 12;
const mostAnswers = 10;
const longestCell = 200;

export interface Shown {
  title: string;
  execution: string;
  url: string;
  state: string;
  rowCount: number | null;
  error: string | null;
  columns: { name: string; type: string }[];
  /** The first ones. */
  rows: (string | number | boolean | null)[][];
}

/** @param runs executions that were started, each with a title of its own where there are several */
export async function shownTo(reader: Context, runs: { executionId: string; title: string }[]): Promise<Shown[]> {
  const shown: Shown[] = [];
  for (const { executionId, title } of runs.slice(0, mostAnswers)) {
    const view = await getExecution(reader, executionId).catch(refused);
    // What somebody may not open they are not told of either.
    if (!view) continue;
    const succeeded = view.state === "succeeded" && !view.expired && (view.columns?.length ?? 0) > 0;
    const page = succeeded
      ? await readRows(await statementOf(reader, executionId), { offset: 0, limit: mostRows })
      : { rows: [] };
    shown.push({
      ...{ title, execution: executionId, url: publicUrl(`/executions/${executionId}`), state: view.state },
      ...{ rowCount: view.rowCount, error: view.error?.message ?? null },
      columns: (view.columns ?? []).slice(0, mostColumns).map(({ name, type }) => ({ name, type })),
      rows: page.rows.map((row) => row.slice(0, mostColumns).map(cut)),
    });
  }
  return shown;
}

const refused = (error: unknown): null => {
  if (error instanceof SluiceError && (error.code === "not_found" || error.code === "forbidden")) return null;
  throw error;
};

const cut = (cell: string | number | boolean | null) =>
  typeof cell === "string" && cell.length > longestCell ? `${cell.slice(0, longestCell)}…` : cell;

const cellText = (cell: string | number | boolean | null) => (cell === null ? "NULL" : String(cell));

/** "3 rows", "the first 10 of 812 rows". */
function rowWords({ rows, rowCount }: Shown): string {
  const all = rowCount ?? rows.length;
  const words = `${all.toLocaleString("en-US")} ${all === 1 ? "row" : "rows"}`;
  return rows.length < all ? `the first ${rows.length} of ${words}` : words;
}

/** A mail's text: what happened, where it stands, and the first rows. */
export function textOf(said: string, path: string, shown: Shown[], several: boolean): string {
  const answers = shown.map((one) => {
    const head = several ? `${one.title}\n${one.url}\n` : "";
    if (one.error !== null) return `${head}${one.error}\n`;
    const lines = [one.columns.map(({ name }) => name), ...one.rows.map((row) => row.map(cellText))];
    return `${head}${lines.map((line) => line.join(" | ").replace(/\s+/g, " ")).join("\n")}\n(${rowWords(one)})\n`;
  });
  return [said, publicUrl(path), ...answers].join("\n\n");
}

const escaped = (text: string) => text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
const cellStyle = "padding:4px 8px;border-bottom:1px solid #dfe3e6;text-align:left;vertical-align:top";
const numberStyle = `${cellStyle};text-align:right`;

/** The same as a mail reader shows it: nothing in it is fetched from anywhere. */
export function htmlOf(said: string, path: string, shown: Shown[], several: boolean): string {
  const link = (url: string, words: string) => `<a href="${escaped(url)}">${escaped(words)}</a>`;
  const answers = shown.map((one) => {
    const head = several ? `<h3 style="margin:20px 0 4px">${link(one.url, one.title)}</h3>` : "";
    if (one.error !== null) return `${head}<p>${escaped(one.error)}</p>`;
    const style = (value: unknown) => (typeof value === "number" ? numberStyle : cellStyle);
    const names = one.columns.map(({ name }) => `<th style="${cellStyle}">${escaped(name)}</th>`).join("");
    const rows = one.rows.map(
      (row) => `<tr>${row.map((cell) => `<td style="${style(cell)}">${escaped(cellText(cell))}</td>`).join("")}</tr>`,
    );
    return `${head}<table style="border-collapse:collapse;font-size:13px"><thead><tr>${names}</tr></thead><tbody>${rows.join("")}</tbody></table><p style="font-size:12px">${rowWords(one)}</p>`;
  });
  return `<div style="font-family:sans-serif;font-size:14px"><p>${escaped(said)}</p><p>${link(publicUrl(path), "Open it in Sluice")}</p>${answers.join("")}</div>`;
}
