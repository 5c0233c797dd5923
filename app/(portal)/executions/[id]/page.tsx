import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { cache } from "react";
import { ExecutionPage } from "@/components/executions/execution-page";
import { titleOf } from "@/components/executions/title";
import type { PageProps } from "@/components/layout/page-props";
import { may } from "@/lib/access/policy";
import { listComments } from "@/lib/comments/data";
import { getExecution } from "@/lib/executions/data";
import { resultNameOf } from "@/lib/executions/name-result";
import { SluiceError } from "@/lib/platform/errors";
import { pageContext } from "@/lib/transport/page";
import { noteVisit } from "@/lib/usage/visits";

type Props = PageProps<{ id: string }>;

/** One read for the title and the page. */
const load = cache(async (id: string) => {
  const ctx = await pageContext();
  try {
    return { ctx, view: await getExecution(ctx, id) };
  } catch (error) {
    if (error instanceof SluiceError && ["not_found", "forbidden"].includes(error.code)) notFound();
    throw error;
  }
});

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { view } = await load((await params).id);
  return { title: (view.query?.title ?? titleOf(view.sql)).slice(0, 60) };
}

export default async function Page({ params }: Props) {
  const { ctx, view } = await load((await params).id);
  noteVisit(ctx, "execution", view.id);
  const { role, id } = ctx.user;
  const [comments, named] = await Promise.all([listComments(ctx, view.id), resultNameOf(ctx, view.id)]);
  return (
    <ExecutionPage
      key={view.id}
      initial={view}
      mayRun={may(ctx, "execution.run")}
      mayBuild={may(ctx, "pipeline.write")}
      comments={comments}
      named={named}
      mayStop={role === "admin" || view.user.id === id}
    />
  );
}
