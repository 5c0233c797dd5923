import type { Metadata } from "next";
import { readerZone } from "@/app/reader-zone";
import { BoardPage } from "@/components/boards/board-page";
import type { PageProps } from "@/components/layout/page-props";
import { Schedules } from "@/components/schedules/schedules";
import { Markdown } from "@/components/ui/markdown";
import { may } from "@/lib/access/policy";
import { boardAnswers } from "@/lib/boards/answers";
import { givenInAddress } from "@/lib/queries/parameters";
import { noteVisit } from "@/lib/usage/visits";
import { loadBoard } from "./load-board";

type Props = PageProps<{ id: string }>;

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: (await loadBoard((await params).id)).board.title.slice(0, 60) };
}

export default async function Page({ params, searchParams }: Props) {
  const [{ ctx, board }, address] = await Promise.all([loadBoard((await params).id), searchParams]);
  noteVisit(ctx, "board", board.id);
  const asked = givenInAddress(board.parameters, address);
  const [zone, answers] = await Promise.all([readerZone(ctx), boardAnswers(ctx, board.id, asked)]);
  const texts = board.tiles.flatMap((tile) =>
    tile.kind === "text" ? [[tile.id, <Markdown key={tile.id} text={tile.text} />]] : [],
  );
  const scheduled = {
    ...{ path: `/boards/${board.id}`, kind: "board" as const, title: board.title, parameters: board.parameters },
    tiles: answers.flatMap(({ tile, title }) => (title === null ? [] : [{ id: tile, title }])),
  };
  return (
    <BoardPage
      key={board.id}
      board={board}
      given={asked as Record<string, string | string[]>}
      zone={zone ?? "UTC"}
      answers={answers}
      texts={Object.fromEntries(texts)}
      description={board.description ? <Markdown text={board.description} /> : null}
      writes={may(ctx, "board.write")}
    >
      <Schedules of={scheduled} zone={zone ?? "UTC"} writes={may(ctx, "trigger.write")} />
    </BoardPage>
  );
}
