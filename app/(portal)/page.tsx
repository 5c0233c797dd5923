import { IconPlus } from "@tabler/icons-react";
import Link from "next/link";
import { BoardList } from "@/components/boards/board-list";
import { ExecutionList } from "@/components/executions/execution-list";
import { FirstTime } from "@/components/executions/first-time";
import { FirstSteps } from "@/components/first-steps/first-steps";
import { Inbox } from "@/components/inbox/inbox";
import { HomeQueries } from "@/components/queries/home-queries";
import { SharedList } from "@/components/sharing/shared-with-me";
import { LinkButton } from "@/components/ui/link-button";
import { PageHead } from "@/components/ui/page-head";
import { may } from "@/lib/access/policy";
import { listBoards } from "@/lib/boards/data";
import { listWarehouses } from "@/lib/connections/data";
import { listExecutions } from "@/lib/executions/data";
import { firstSteps } from "@/lib/first-steps/data";
import { inboxOf } from "@/lib/inbox/data";
import { homeQueries } from "@/lib/queries/home";
import { sharedWithMe } from "@/lib/shares/data";
import { pageContext } from "@/lib/transport/page";

export default async function HomePage() {
  const ctx = await pageContext();
  const mayRun = may(ctx, "execution.run");
  const [steps, mine, all, warehouses, queries, inbox, shared, boards] = await Promise.all([
    firstSteps(ctx),
    listExecutions(ctx, { user: "me", limit: 15 }),
    listExecutions(ctx, { limit: 15 }),
    listWarehouses(ctx),
    homeQueries(ctx),
    inboxOf(ctx),
    sharedWithMe(ctx),
    listBoards(ctx, { favourite: "true", limit: 8 }),
  ]);
  // Of a database; what everybody has of their own answers nothing before one was asked.
  const warehouse = warehouses.find(({ personal }) => !personal);
  const others = all.items.filter(({ user }) => user.id !== ctx.user.id);
  return (
    <>
      <PageHead title="Home">
        {mayRun ? (
          <LinkButton href="/queries/new" leftSection={<IconPlus size={14} aria-hidden />}>
            New query
          </LinkButton>
        ) : null}
      </PageHead>
      {steps ? <FirstSteps steps={steps} /> : null}
      <Inbox items={inbox.items} unread={inbox.unread} />
      <HomeQueries {...queries} />
      {boards.items.length > 0 ? (
        <section aria-label="Favourite boards" style={{ marginBottom: 24 }}>
          <h2 style={{ marginBottom: 8 }}>Favourite boards</h2>
          <BoardList items={boards.items} label="Favourite boards" />
        </section>
      ) : null}
      <SharedList items={shared} />
      {mine.items.length > 0 ? (
        <section aria-label="Your recent executions">
          <h2 style={{ marginBottom: 8 }}>What you ran</h2>
          <ExecutionList items={mine.items} label="Your recent executions" />
        </section>
      ) : steps && warehouse ? null : mayRun || others.length + shared.length === 0 ? (
        <FirstTime warehouse={warehouse?.name} role={ctx.user.role} />
      ) : null}
      {others.length > 0 ? (
        <section aria-label="By others" style={{ marginTop: 24 }}>
          <h2 style={{ marginBottom: 8 }}>By others, open to you</h2>
          <ExecutionList items={others} label="Recent executions by others" />
        </section>
      ) : null}
      {all.items.length > 0 ? (
        <p style={{ margin: "12px 0 0" }}>
          <Link href="/executions" style={{ color: "var(--mantine-color-anchor)" }}>
            The whole history
          </Link>
        </p>
      ) : null}
    </>
  );
}
