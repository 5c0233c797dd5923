import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { cache } from "react";
import { readerZone } from "@/app/reader-zone";
import type { PageProps } from "@/components/layout/page-props";
import { SavedQueryPage } from "@/components/queries/saved-query-page";
import { Markdown } from "@/components/ui/markdown";
import { may } from "@/lib/access/policy";
import { getExecution } from "@/lib/executions/data";
import { SluiceError } from "@/lib/platform/errors";
import { getQuery, latestAnswer } from "@/lib/queries/data";
import { givenInAddress, readValues } from "@/lib/queries/parameters";
import { pageContext } from "@/lib/transport/page";

type Props = PageProps<{ id: string }>;

/** One read for the title and the page. */
const load = cache(async (id: string) => {
  const ctx = await pageContext();
  try {
    return { ctx, query: await getQuery(ctx, id) };
  } catch (error) {
    if (error instanceof SluiceError && ["not_found", "forbidden"].includes(error.code)) notFound();
    throw error;
  }
});

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: (await load((await params).id)).query.title.slice(0, 60) };
}

export default async function Page({ params, searchParams }: Props) {
  const [{ ctx, query }, address] = await Promise.all([load((await params).id), searchParams]);
  const zone = (await readerZone(ctx)) ?? "UTC";
  const asked = givenInAddress(query.parameters, address);
  const { given, problems } = readValues(query.parameters, asked, { now: new Date(), timeZone: zone });
  const found = problems.length > 0 ? null : await latestAnswer(ctx, query, given);
  const answer = found ? await getExecution(ctx, found.executionId) : null;
  const { id, role } = ctx.user;
  return (
    <SavedQueryPage
      key={query.id}
      query={query}
      given={asked as Record<string, string | string[]>}
      zone={zone}
      answer={answer}
      me={{ id, admin: role === "admin", writes: may(ctx, "query.write") }}
      description={query.description ? <Markdown text={query.description} /> : null}
    />
  );
}
