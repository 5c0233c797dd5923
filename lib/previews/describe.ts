import { chartOf } from "@/lib/charts/chart-data";
import type { ChartView } from "@/lib/charts/schema";
import { statementOf } from "@/lib/executions/data";
import { env } from "@/lib/platform/env";
import { SluiceError } from "@/lib/platform/errors";
import { readRows } from "@/lib/results/read-rows";
import { findPreview, type Previewed, type PreviewKind, previewKinds } from "./find";

/** What stands under a pasted link. */
export interface Preview {
  title: string;
  description: string;
  /** Its picture's path below our own origin. */
  picture: string | null;
}

const places: Record<string, PreviewKind> = {
  executions: "execution",
  queries: "query",
  charts: "chart",
  boards: "board",
};

/** Exact, since who shows a preview keeps it: "4 min ago" would be wrong tomorrow. */
function about({ owner, at, answer, kind }: Previewed): string {
  const when = `${at.toISOString().slice(0, 16).replace("T", " ")} UTC`;
  const count = answer?.rowCount ?? null;
  const rows = count === null ? "" : `${count.toLocaleString("en-US")} ${count === 1 ? "row" : "rows"}, `;
  return `${rows}${kind === "execution" ? "run by" : "by"} ${owner.user.name}, ${when}`;
}

const drawable = ({ answer }: Previewed) =>
  answer?.state === "succeeded" && !answer.expired && (answer.rowCount ?? 0) > 0;

/** Of a page by its path, for people who are not signed in; null unless an admin turned previews on. */
export async function previewOf(path: string): Promise<Preview | null> {
  if (env().LINK_PREVIEWS === "off") return null;
  const [, place = "", id = ""] = path.split(/[/?#]/);
  const kind = Object.hasOwn(places, place) ? places[place] : undefined;
  const found = kind && /^[0-9a-z]{26}$/.test(id) ? await findPreview(kind, id) : null;
  if (!kind || !found) return null;
  const picture = env().LINK_PREVIEWS === "pictures" && drawable(found) ? `/previews/${kind}/${id}` : null;
  return { title: found.title, description: about(found), picture };
}

export interface Picture {
  title: string;
  description: string;
  /** A single cell is its own picture. */
  number: { name: string; value: string } | null;
  chart: ChartView | null;
}

/** What to draw of a link; null where pictures are off, or there is nothing to draw. */
export async function pictureOf(kind: string, id: string): Promise<Picture | null> {
  if (env().LINK_PREVIEWS !== "pictures" || !previewKinds.includes(kind as PreviewKind)) return null;
  const found = await findPreview(kind as PreviewKind, id);
  if (!found?.answer || !drawable(found)) return null;
  const { title, answer, spec, owner } = found;
  const statement = await statementOf(owner, answer.id);
  const [column, ...others] = answer.columns ?? [];
  const common = { title, description: about(found), number: null, chart: null };
  if (!spec && column && others.length === 0 && answer.rowCount === 1) {
    const { rows } = await readRows(statement, { offset: 0, limit: 1 });
    return { ...common, number: { name: column.name, value: String(rows[0]?.[0] ?? "NULL").slice(0, 40) } };
  }
  try {
    const chart = await chartOf(statement, spec);
    return chart.data ? { ...common, chart } : null;
  } catch (error) {
    if (error instanceof SluiceError) return null;
    throw error;
  }
}
