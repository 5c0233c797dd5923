import type { Metadata } from "next";
import type { PageProps } from "@/components/layout/page-props";
import { RunsPage } from "@/components/runs/runs-page";
import { LinkButton } from "@/components/ui/link-button";
import { PageHead } from "@/components/ui/page-head";
import { listPipelineNames } from "@/lib/pipelines/data";
import { listRuns } from "@/lib/runs/data";
import { runsQuery } from "@/lib/runs/schema";
import { pageContext } from "@/lib/transport/page";

export const metadata: Metadata = { title: "Runs" };

export default async function Page({ searchParams }: PageProps) {
  const [ctx, params] = await Promise.all([pageContext(), searchParams]);
  const asked = new URLSearchParams();
  for (const name of ["pipeline", "state"]) {
    const value = params[name];
    if (typeof value === "string" && value) asked.set(name, value);
  }
  const before = typeof params.before === "string" ? params.before : null;
  const query = runsQuery.safeParse({ ...Object.fromEntries(asked), ...(before ? { cursor: before } : {}) });
  const [{ items, next }, pipelines] = await Promise.all([
    query.success ? listRuns(ctx, query.data) : { items: [], next: null },
    listPipelineNames(ctx),
  ]);
  const at = (place: string | null) =>
    `/runs?${new URLSearchParams([...asked, ...(place ? [["before", place]] : [])])}`;
  return (
    <>
      <PageHead title="Runs" note="Each go of a pipeline, newest first.">
        <LinkButton href="/logs" variant="default">
          Logs
        </LinkButton>
      </PageHead>
      <RunsPage
        items={items}
        older={next ? at(next) : null}
        newest={before ? at(null) : null}
        filtered={asked.size > 0}
        pipelines={pipelines.map(({ name, title }) => ({ value: name, label: title ?? name }))}
      />
    </>
  );
}
