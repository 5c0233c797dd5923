import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { draftOf, editing } from "@/app/(portal)/pipelines/load-pipeline";
import { titleOf } from "@/components/executions/title";
import type { PageProps } from "@/components/layout/page-props";
import { type Begun, PipelinePage } from "@/components/pipelines/pipeline-page";
import type { Context } from "@/lib/access/context";
import { draftFromQuery } from "@/lib/pipelines/draft-from-query";
import { draftFromExecution, draftFromTab } from "@/lib/pipelines/draft-from-sql";
import { SluiceError } from "@/lib/platform/errors";
import { pageContext } from "@/lib/transport/page";

export const metadata: Metadata = { title: "New pipeline" };

/** A document that says nothing yet, for the form to fill in. */
const begin = 'name: ""\nstages: []\n';

export default async function Page({ searchParams }: PageProps) {
  const [ctx, params] = await Promise.all([pageContext(), searchParams]);
  const given = (name: string) => (typeof params[name] === "string" ? params[name] : "");
  const begun = begunFrom(ctx, given);
  if (begun) return <FromSql ctx={ctx} begun={begun} />;
  const [draft, around] = await Promise.all([draftOf(ctx, "new"), editing(ctx)]);
  return <PipelinePage live={null} draft={draft} begin={begin} runs={[]} {...around} />;
}

type Filled = { text: string; from: Begun };

/** “Make this a nightly table” of a saved query, of an execution, or of what stands in the editor. */
function begunFrom(ctx: Context, given: (name: string) => string): Promise<Filled> | null {
  const [query, execution, tab] = ["query", "execution", "editor"].map(given);
  if (query)
    return draftFromQuery(ctx, query).then(({ text, notes, query: { id, title } }) => ({
      text,
      from: { what: "the query", title, href: `/queries/${id}`, keptAs: `query_${id}`, notes },
    }));
  if (execution)
    return draftFromExecution(ctx, execution, titleOf).then(({ text, notes, title, keptAs }) => ({
      text,
      from: { what: "the execution", title, href: `/executions/${execution}`, keptAs, notes },
    }));
  if (!tab) return null;
  const [from, to] = ["from", "to"].map((name) => Number(given(name)) || 0);
  const statement = { tab, warehouse: given("warehouse"), from: from ?? 0, to: to ?? 0 };
  return draftFromTab(ctx, { ...statement, parameters: given("parameters") || null }, titleOf).then(
    ({ text, notes, title, keptAs }) => ({
      text,
      from: { what: "the SQL", title, href: `/queries/new?tab=${encodeURIComponent(tab)}`, keptAs, notes },
    }),
  );
}

/** Kept beside the draft of a pipeline that was begun with nothing. */
async function FromSql({ ctx, begun }: { ctx: Context; begun: Promise<Filled> }) {
  const { text, from } = await begun.catch((error: unknown) => {
    if (error instanceof SluiceError && ["not_found", "forbidden"].includes(error.code)) notFound();
    throw error;
  });
  const [draft, around] = await Promise.all([draftOf(ctx, from.keptAs), editing(ctx)]);
  return <PipelinePage key={from.keptAs} live={null} draft={draft} begin={text} from={from} runs={[]} {...around} />;
}
