import type { Metadata } from "next";
import Link from "next/link";
import type { PageProps } from "@/components/layout/page-props";
import { ScheduleList } from "@/components/schedules/schedule-list";
import { PageHead } from "@/components/ui/page-head";
import { pageContext } from "@/lib/transport/page";
import { listAllTriggers } from "@/lib/triggers/data";
import { triggersQuery } from "@/lib/triggers/schema";

const anchor = { color: "var(--mantine-color-anchor)" };

export const metadata: Metadata = { title: "Schedules" };

export default async function SchedulesPage({ searchParams }: PageProps) {
  const [ctx, { mine, after }] = await Promise.all([pageContext(), searchParams]);
  const asked = triggersQuery.safeParse({ mine, cursor: after });
  const { items, next } = await listAllTriggers(ctx, asked.success ? asked.data : {});
  const own = asked.data?.mine === "true";
  const address = (more: Record<string, string>) => `/schedules?${new URLSearchParams(more)}`;
  return (
    <>
      <PageHead
        title="Schedules"
        note={
          own ? (
            <>
              Yours.{" "}
              <Link href="/schedules" style={anchor}>
                All that you may see
              </Link>
            </>
          ) : (
            <>
              Saved queries and boards that run by themselves; when{" "}
              <Link href="/pipelines" style={anchor}>
                pipelines
              </Link>{" "}
              run next stands in their list.{" "}
              <Link href={address({ mine: "true" })} style={anchor}>
                Only mine
              </Link>
            </>
          )
        }
      />
      <ScheduleList items={items} />
      {next ? (
        <p>
          <Link href={address({ ...(own ? { mine: "true" } : {}), after: next })}>Older ones</Link>
        </p>
      ) : null}
    </>
  );
}
