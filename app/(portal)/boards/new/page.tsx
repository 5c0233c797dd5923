import type { Metadata } from "next";
import { NewBoard } from "@/components/boards/new-board";
import { Empty } from "@/components/ui/empty";
import { PageHead } from "@/components/ui/page-head";
import { may } from "@/lib/access/policy";
import { pageContext } from "@/lib/transport/page";

export const metadata: Metadata = { title: "New board" };

export default async function NewBoardPage() {
  const ctx = await pageContext();
  if (!may(ctx, "board.write"))
    return <Empty title="This needs the role editor">You can open boards. Ask an admin to change your role.</Empty>;
  return (
    <>
      <PageHead title="New board" note="Charts, numbers, tables and text of several queries on one page." />
      <NewBoard />
    </>
  );
}
