import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { getExecution } from "@/lib/executions/data";
import { db } from "@/lib/platform/db/prisma";
import { SluiceError } from "@/lib/platform/errors";
import { publicUrl } from "@/lib/platform/url";
import { getQuery } from "@/lib/queries/data";
import { type ChartsQuery, chartSpec, type SavedChart } from "./schema";

const notThere = () => new SluiceError("not_found", "There is no such chart that you may open.");

async function rowOf(id: string) {
  const row = await db().chart.findUnique({ where: { id }, include: { query: { select: { title: true } } } });
  if (!row) throw notThere();
  return row;
}
type Row = Awaited<ReturnType<typeof rowOf>>;

/** Whoever may see what a chart draws may see the chart. @throws SluiceError not_found */
async function refuseUnseen(ctx: Context, of: { queryId: string | null; executionId: string | null }): Promise<void> {
  try {
    if (of.queryId) await getQuery(ctx, of.queryId);
    else await getExecution(ctx, of.executionId ?? "");
  } catch (error) {
    if (error instanceof SluiceError && error.code === "not_found") throw notThere();
    throw error;
  }
}

const mayEdit = (ctx: Context, row: Pick<Row, "authorId">) =>
  ctx.user.role === "admin" || (ctx.user.role !== "viewer" && row.authorId === ctx.user.id);

async function viewsOf(ctx: Context, rows: Row[]): Promise<SavedChart[]> {
  const ids = [...new Set(rows.map(({ authorId }) => authorId))];
  const people = await db().user.findMany({ where: { id: { in: ids } }, select: { id: true, name: true } });
  const names = new Map(people.map(({ id, name }) => [id, name]));
  return rows.map((row) => ({
    id: row.id,
    url: publicUrl(`/charts/${row.id}`),
    title: row.title,
    spec: chartSpec.parse(row.spec),
    query: row.queryId ? { id: row.queryId, title: row.query?.title ?? "" } : null,
    execution: row.executionId,
    author: { id: row.authorId, name: names.get(row.authorId) ?? "somebody who left" },
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    may: { edit: mayEdit(ctx, row) },
  }));
}

/** @throws SluiceError not_found, also where they may not see what it draws */
export async function getChart(ctx: Context, id: string): Promise<SavedChart> {
  allow(ctx, "chart.read");
  const row = await rowOf(id);
  await refuseUnseen(ctx, row);
  const [view] = await viewsOf(ctx, [row]);
  if (!view) throw notThere();
  return view;
}

/** Charts of a query or of an execution, the oldest first; at most 200. @throws SluiceError not_found */
export async function listCharts(ctx: Context, { of, id }: ChartsQuery): Promise<{ items: SavedChart[]; next: null }> {
  allow(ctx, "chart.read");
  await refuseUnseen(ctx, { queryId: of === "query" ? id : null, executionId: of === "execution" ? id : null });
  const rows = await db().chart.findMany({
    where: of === "query" ? { queryId: id } : { executionId: id },
    include: { query: { select: { title: true } } },
    orderBy: { id: "asc" },
    take: 200,
  });
  return { items: await viewsOf(ctx, rows), next: null };
}

/** @throws SluiceError not_found, forbidden */
export async function chartToEdit(ctx: Context, id: string): Promise<SavedChart> {
  allow(ctx, "chart.write");
  const chart = await getChart(ctx, id);
  if (chart.may.edit) return chart;
  throw new SluiceError("forbidden", `This chart is ${chart.author.name}'s to change. Save one of your own.`);
}
