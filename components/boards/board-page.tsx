"use client";

import { Text } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { IconPencil, IconRefresh } from "@tabler/icons-react";
import { type ReactNode, useState } from "react";
import classes from "@/components/boards/board.module.css";
import { BoardMenu } from "@/components/boards/board-menu";
import { placeOf } from "@/components/boards/place";
import { TileView } from "@/components/boards/tile";
import executionClasses from "@/components/executions/execution.module.css";
import { FavouriteStar } from "@/components/queries/favourite-star";
import { type Given, ParameterForm } from "@/components/queries/parameter-form";
import queryClasses from "@/components/queries/queries.module.css";
import { useValues } from "@/components/queries/use-values";
import { ShareButton } from "@/components/sharing/share-button";
import { api } from "@/components/ui/api";
import { BusyButton } from "@/components/ui/busy-button";
import { Empty } from "@/components/ui/empty";
import { LinkButton } from "@/components/ui/link-button";
import { asProblem, type Problem } from "@/components/ui/problem";
import { ProblemAlert } from "@/components/ui/problem-alert";
import { RelativeTime } from "@/components/ui/time";
import { useRest } from "@/components/ui/use-rest";
import type { BoardView, Refreshed, TileAnswer } from "@/lib/boards/schema";

interface Props {
  board: BoardView;
  /** What the address says of the parameters. */
  given: Given;
  zone: string;
  /** Of these values, as the server had them. */
  answers: TileAnswer[];
  /** Text tiles, drawn. */
  texts: Record<string, ReactNode>;
  description: ReactNode;
  /** Whether they may make boards of their own. */
  writes: boolean;
  children?: ReactNode;
}

const soonMs = 1_500;
const laterMs = 60_000;

/** A board: the newest stored answers at once, for the values in the address. */
export function BoardPage({ board, given, zone, answers, texts, description, writes, children }: Props) {
  const values = useValues(board.parameters, given, zone);
  const asked = encodeURIComponent(JSON.stringify(values.given));
  const [underWay, setUnderWay] = useState(false);
  const rest = useRest<{ items: TileAnswer[] }>(
    `/boards/${board.id}/answers?parameters=${asked}`,
    underWay ? soonMs : laterMs,
  );
  const items = rest.data?.items ?? answers;
  const running = items.some(({ newer }) => newer && newer.state !== "failed");
  if (running !== underWay) setUnderWay(running);
  const { refreshing, refused, problem, refresh } = useRefresh(board.id, values.given, zone, rest.reload);
  const mayRun = items.some((one) => one.mayRun);
  useHotkeys([["mod+Enter", () => void refresh()]], []);
  const answerOf = new Map(items.map((one) => [one.tile, one]));
  return (
    <>
      <BoardHead board={board} writes={writes}>
        {mayRun ? (
          <BusyButton
            leftSection={<IconRefresh size={14} aria-hidden />}
            loading={refreshing || running}
            onClick={() => void refresh()}
          >
            Refresh
          </BusyButton>
        ) : null}
      </BoardHead>
      {description}
      <ParameterForm
        parameters={board.parameters}
        given={values.shown}
        problems={values.problemsByName}
        zone={zone}
        onChange={values.set}
      />
      {values.tooLong ? (
        <Text size="sm" c="var(--sl-late)" role="status">
          These values are too long for a link: it opens with those before them.
        </Text>
      ) : null}
      {(problem ?? rest.problem) ? (
        <ProblemAlert title={problem ? "It was not refreshed" : "Newer answers cannot be read now"}>
          {(problem ?? rest.problem)?.message}
        </ProblemAlert>
      ) : null}
      {board.tiles.length === 0 ? (
        <Empty
          title="Nothing stands here yet"
          action={
            board.may.edit ? <LinkButton href={`/boards/${board.id}/edit`}>Put something on it</LinkButton> : undefined
          }
        >
          Open a saved query or one of its charts and choose “Add to board”, or put text and tiles here yourself.
        </Empty>
      ) : (
        <ul className={classes.grid} aria-label="Tiles">
          {board.tiles.map((tile) =>
            tile.kind === "text" ? (
              <li key={tile.id} className={classes.tile} style={placeOf(tile)}>
                <section
                  className={classes.text}
                  // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
                  tabIndex={0}
                  aria-label="Text"
                >
                  {texts[tile.id]}
                </section>
              </li>
            ) : (
              <TileView
                key={tile.id}
                tile={tile}
                answer={answerOf.get(tile.id)}
                refused={refused.get(tile.id)}
                pending={rest.stale || values.pending}
              />
            ),
          )}
        </ul>
      )}
      {children}
    </>
  );
}

function useRefresh(id: string, parameters: object, zone: string, reload: () => Promise<void>) {
  const [refreshing, setRefreshing] = useState(false);
  const [refused, setRefused] = useState<ReadonlyMap<string, string>>(new Map());
  const [problem, setProblem] = useState<Problem>();
  const refresh = async () => {
    if (refreshing) return;
    setRefreshing(true);
    setProblem(undefined);
    try {
      const body = { parameters, timeZone: zone };
      const { items } = await api<Refreshed>("POST", `/boards/${id}/executions`, body);
      // A tile that is not open to this reader says so itself.
      setRefused(new Map(items.flatMap((one) => (one.problem ? [[one.tile, one.problem]] : []))));
      await reload();
    } catch (error) {
      setProblem(asProblem(error));
    } finally {
      setRefreshing(false);
    }
  };
  return { refreshing, refused, problem, refresh };
}

function BoardHead({ board, writes, children }: { board: BoardView; writes: boolean; children: ReactNode }) {
  const { owner } = board;
  return (
    <div className={executionClasses.head}>
      <div className={executionClasses.title}>
        <div className={queryClasses.name}>
          <h1>{board.title}</h1>
          <FavouriteStar path={`/boards/${board.id}`} favourite={board.favourite} />
        </div>
        <div className={executionClasses.facts}>
          {board.archivedAt ? <span>Archived</span> : null}
          <span>{owner.team ? `${owner.user.name}, ${owner.team.name}` : owner.user.name}</span>
          <span>
            changed <RelativeTime at={board.updatedAt} />
          </span>
        </div>
      </div>
      <div className={executionClasses.actions}>
        {writes || board.may.edit ? <BoardMenu board={board} writes={writes} /> : null}
        <ShareButton kind="board" objectId={board.id} runnable audience="Everyone who may use a warehouse it shows" />
        {board.may.edit ? (
          <LinkButton
            href={`/boards/${board.id}/edit`}
            variant="default"
            leftSection={<IconPencil size={14} aria-hidden />}
          >
            Edit
          </LinkButton>
        ) : null}
        {children}
      </div>
    </div>
  );
}
