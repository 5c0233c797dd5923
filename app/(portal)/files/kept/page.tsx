import type { Metadata } from "next";
import { KeptFiles } from "@/components/files/kept-files";
import type { PageProps } from "@/components/layout/page-props";
import { LinkButton } from "@/components/ui/link-button";
import { PageHead } from "@/components/ui/page-head";
import { may } from "@/lib/access/policy";
import { listFiles } from "@/lib/files/data";
import { listPipelineNames } from "@/lib/pipelines/data";
import { pageContext } from "@/lib/transport/page";

export const metadata: Metadata = { title: "Kept files" };

export default async function Page({ searchParams }: PageProps) {
  const [ctx, params] = await Promise.all([pageContext(), searchParams]);
  const given = (name: string) => (typeof params[name] === "string" ? params[name].slice(0, 200) : "");
  const asked = new URLSearchParams(["q", "pipeline"].map((name) => [name, given(name)]).filter(([, value]) => value));
  const after = given("after");
  const [{ items, next }, pipelines] = await Promise.all([
    listFiles(ctx, { ...Object.fromEntries(asked), ...(after ? { cursor: after } : {}) }),
    listPipelineNames(ctx),
  ]);
  const at = (place: string | null) =>
    `/files/kept?${new URLSearchParams([...asked, ...(place ? [["after", place]] : [])])}`;
  return (
    <>
      <PageHead title="Kept files" note="What pipelines have exported. Each run puts its newest here.">
        {may(ctx, "upload.own") ? (
          <LinkButton href="/files" variant="default">
            Your own files
          </LinkButton>
        ) : null}
      </PageHead>
      <KeptFiles
        items={items}
        next={next ? at(next) : null}
        first={after ? at(null) : null}
        filtered={asked.size > 0 || after !== ""}
        pipelines={pipelines.map(({ name, title }) => ({ value: name, label: title ?? name }))}
      />
    </>
  );
}
