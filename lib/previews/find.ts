import type { Context } from "@/lib/access/context";
import { isPersonal } from "@/lib/access/reader";
import { personNow } from "@/lib/access/shares";
import { getChart, listCharts } from "@/lib/charts/data";
import type { ChartSpec } from "@/lib/charts/schema";
import { getExecution } from "@/lib/executions/data";
import type { ExecutionView } from "@/lib/executions/schema";
import { pool } from "@/lib/platform/db/pool";
import { SluiceError } from "@/lib/platform/errors";
import { answerOf } from "@/lib/queries/answer";

export const previewKinds = ["execution", "query", "chart", "board"] as const;
export type PreviewKind = (typeof previewKinds)[number];

/** What a link leads to, as its owner sees it now. */
export interface Previewed {
  kind: PreviewKind;
  id: string;
  title: string;
  owner: Context;
  /** When its answer came, else when it was last changed. */
  at: Date;
  answer: ExecutionView | null;
  spec: ChartSpec | undefined;
}

const owners: Record<PreviewKind, string> = {
  execution: `select e.user_id as owner_id, coalesce(q.title, 'Result of a query') as title,
    coalesce(e.finished_at, e.submitted_at) as at
    from executions e left join queries q on q.id = e.query_id where e.id = $1`,
  query: "select owner_id, title, updated_at as at from queries where id = $1 and archived_at is null",
  chart: "select author_id as owner_id, title, updated_at as at from charts where id = $1",
  board: "select owner_id, title, updated_at as at from boards where id = $1 and archived_at is null",
};

/** The chart to draw, and the rows to draw it of. */
async function drawn(owner: Context, kind: PreviewKind, id: string): Promise<Pick<Previewed, "answer" | "spec">> {
  if (kind === "board") return { answer: null, spec: undefined };
  if (kind === "chart") {
    const { query, execution, spec } = await getChart(owner, id);
    const { answer } = query ? await drawn(owner, "query", query.id) : await drawn(owner, "execution", execution ?? "");
    return { answer, spec };
  }
  const answer = kind === "execution" ? await getExecution(owner, id) : (await answerOf(owner, id)).execution;
  const saved = await listCharts(owner, { of: kind, id });
  const ofQuery =
    answer?.query && kind === "execution" ? await listCharts(owner, { of: "query", id: answer.query.id }) : saved;
  return { answer, spec: (saved.items[0] ?? ofQuery.items[0])?.spec };
}

/** Null where there is nothing by that id, or nothing that its owner may still see. */
export async function findPreview(kind: PreviewKind, id: string): Promise<Previewed | null> {
  const { rows } = await pool().query<{ owner_id: string; title: string; at: Date }>(owners[kind], [id]);
  const [row] = rows;
  const owner = row && (await personNow(row.owner_id));
  if (!owner) return null;
  try {
    const { answer: theirs, spec } = await drawn(owner, kind, id);
    // What opens for nobody but who ran it is not drawn for whoever has the link.
    const answer = theirs && !(await isPersonal(theirs.warehouse.id)) ? theirs : null;
    const at = answer?.finishedAt ? new Date(answer.finishedAt) : row.at;
    return { kind, id, title: row.title, owner, at, answer, spec };
  } catch (error) {
    if (error instanceof SluiceError) return null;
    throw error;
  }
}
