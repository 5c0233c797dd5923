import { IconPlus } from "@tabler/icons-react";
import type { Metadata } from "next";
import { BoardFinder } from "@/components/boards/board-finder";
import type { PageProps } from "@/components/layout/page-props";
import { LinkButton } from "@/components/ui/link-button";
import { PageHead } from "@/components/ui/page-head";
import { may } from "@/lib/access/policy";
import { listBoards } from "@/lib/boards/data";
import { boardsQuery } from "@/lib/boards/schema";
import { pageContext } from "@/lib/transport/page";

export const metadata: Metadata = { title: "Boards" };

export default async function BoardsPage({ searchParams }: PageProps) {
  const [ctx, params] = await Promise.all([pageContext(), searchParams]);
  const asked = new URLSearchParams();
  for (const name of ["q", "archived", "after"]) {
    const value = params[name];
    if (typeof value === "string" && value) asked.set(name, value);
  }
  const { after, ...rest } = Object.fromEntries(asked);
  const query = boardsQuery.safeParse({ ...rest, ...(after ? { cursor: after } : {}) });
  const page = query.success ? await listBoards(ctx, query.data) : { items: [], next: null };
  const mayWrite = may(ctx, "board.write");
  if (page.next) asked.set("after", page.next);
  return (
    <>
      <PageHead title="Boards" note="Charts, numbers and text of several queries, with shared parameters.">
        <LinkButton href="/schedules" variant="default">
          Schedules
        </LinkButton>
        {mayWrite ? (
          <LinkButton href="/boards/new" leftSection={<IconPlus size={14} aria-hidden />}>
            New board
          </LinkButton>
        ) : null}
      </PageHead>
      <BoardFinder items={page.items} next={page.next ? `/boards?${asked}` : null} mayWrite={mayWrite} />
    </>
  );
}
