import { IconPlus } from "@tabler/icons-react";
import type { Metadata } from "next";
import type { PageProps } from "@/components/layout/page-props";
import { PipelineFinder } from "@/components/pipelines/pipeline-finder";
import { LinkButton } from "@/components/ui/link-button";
import { PageHead } from "@/components/ui/page-head";
import { may } from "@/lib/access/policy";
import { listPipelines } from "@/lib/pipelines/data";
import { pipelinesQuery } from "@/lib/pipelines/schema";
import { pageContext } from "@/lib/transport/page";

export const metadata: Metadata = { title: "Pipelines" };

export default async function Page({ searchParams }: PageProps) {
  const [ctx, params] = await Promise.all([pageContext(), searchParams]);
  const asked = new URLSearchParams();
  for (const name of ["q", "mine"]) {
    const value = params[name];
    if (typeof value === "string" && value) asked.set(name, value);
  }
  const after = typeof params.after === "string" ? params.after : null;
  const query = pipelinesQuery.safeParse({ ...Object.fromEntries(asked), ...(after ? { cursor: after } : {}) });
  const { items, next } = query.success ? await listPipelines(ctx, query.data) : { items: [], next: null };
  const at = (place: string | null) =>
    `/pipelines?${new URLSearchParams([...asked, ...(place ? [["after", place]] : [])])}`;
  const mayWrite = may(ctx, "pipeline.write");
  return (
    <>
      <PageHead title="Pipelines" note="What makes tables, checks them, and sends them on.">
        {mayWrite ? (
          <LinkButton href="/pipelines/new" leftSection={<IconPlus size={14} aria-hidden />}>
            New pipeline
          </LinkButton>
        ) : null}
      </PageHead>
      <PipelineFinder
        items={items}
        next={next ? at(next) : null}
        first={after ? at(null) : null}
        filtered={asked.size > 0}
        mayWrite={mayWrite}
      />
    </>
  );
}
