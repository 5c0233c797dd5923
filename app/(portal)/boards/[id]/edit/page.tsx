import type { Metadata } from "next";
import { BoardEditor } from "@/components/boards/board-editor";
import type { PageProps } from "@/components/layout/page-props";
import { Empty } from "@/components/ui/empty";
import { LinkButton } from "@/components/ui/link-button";
import { boardAnswers } from "@/lib/boards/answers";
import { teamsOf } from "@/lib/teams/data";
import { loadBoard } from "../load-board";

type Props = PageProps<{ id: string }>;

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: `Edit ${(await loadBoard((await params).id)).board.title}`.slice(0, 60) };
}

export default async function Page({ params }: Props) {
  const { ctx, board } = await loadBoard((await params).id);
  if (!board.may.edit) {
    const owner = board.owner.team?.name ?? board.owner.user.name;
    return (
      <Empty
        title={`“${board.title}” is ${owner}'s to change`}
        action={
          <LinkButton href={`/boards/${board.id}`} variant="default">
            Back to the board
          </LinkButton>
        }
      >
        Ask them, or make a copy of your own from the board's menu.
      </Empty>
    );
  }
  const [teams, answers] = await Promise.all([teamsOf(ctx), boardAnswers(ctx, board.id)]);
  return <BoardEditor key={board.id} board={board} answers={answers} teams={teams} />;
}
