import { IconPlus } from "@tabler/icons-react";
import type { Metadata } from "next";
import type { PageProps } from "@/components/layout/page-props";
import { QueryFinder } from "@/components/queries/query-finder";
import { LinkButton } from "@/components/ui/link-button";
import { PageHead } from "@/components/ui/page-head";
import { may } from "@/lib/access/policy";
import { listWarehouses } from "@/lib/connections/data";
import { listQueries, listTags } from "@/lib/queries/data";
import { queriesQuery } from "@/lib/queries/schema";
import { teamsOf } from "@/lib/teams/data";
import { pageContext } from "@/lib/transport/page";

export const metadata: Metadata = { title: "Queries" };

const filters = ["q", "folder", "tag", "warehouse", "table", "verified", "archived"];

export default async function QueriesPage({ searchParams }: PageProps) {
  const [ctx, params] = await Promise.all([pageContext(), searchParams]);
  const asked = new URLSearchParams();
  for (const name of [...filters, "after"]) {
    const value = params[name];
    if (typeof value === "string" && value) asked.set(name, value);
  }
  const { folder, after, ...rest } = Object.fromEntries(asked);
  const own = folder === "me" ? { owner: "me" } : folder === "favourites" ? { favourite: "true" } : {};
  const team = folder?.startsWith("team:") ? { team: folder.slice(5) } : {};
  const query = queriesQuery.safeParse({ ...rest, ...own, ...team, ...(after ? { cursor: after } : {}) });
  const [page, tags, teams, warehouses] = await Promise.all([
    query.success ? listQueries(ctx, query.data) : { items: [], next: null },
    listTags(ctx),
    teamsOf(ctx),
    listWarehouses(ctx),
  ]);
  const at = (place: string | null) => {
    const there = new URLSearchParams(asked);
    there.delete("after");
    if (place) there.set("after", place);
    return `/queries?${there}`;
  };
  const mayWrite = may(ctx, "query.write");
  return (
    <>
      <PageHead title="Queries" note="SQL that somebody gave a name, with its latest answer.">
        <LinkButton href="/schedules" variant="default">
          Schedules
        </LinkButton>
        {mayWrite ? (
          <LinkButton href="/queries/new" leftSection={<IconPlus size={14} aria-hidden />}>
            New query
          </LinkButton>
        ) : null}
      </PageHead>
      <QueryFinder
        items={page.items}
        next={page.next ? at(page.next) : null}
        first={after ? at(null) : null}
        filtered={filters.some((name) => asked.has(name))}
        mayWrite={mayWrite}
        folders={[
          { value: "me", label: "Mine" },
          { value: "favourites", label: "My favourites" },
          ...teams.map(({ id, name }) => ({ value: `team:${id}`, label: name })),
        ]}
        tags={tags}
        warehouses={warehouses.map(({ id, name }) => ({ value: id, label: name }))}
      />
    </>
  );
}
