"use client";

import { Button, Group, Select, Textarea, TextInput } from "@mantine/core";
import { IconTextPlus } from "@tabler/icons-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import classes from "@/components/boards/board.module.css";
import { type BoardConflict, BoardConflictNotice } from "@/components/boards/board-conflict";
import { EditTile } from "@/components/boards/edit-tile";
import { moveTile } from "@/components/boards/move-tiles";
import { PickQuery } from "@/components/boards/pick-query";
import { TileSettings } from "@/components/boards/tile-settings";
import { ParameterEditor } from "@/components/queries/parameter-editor";
import { api } from "@/components/ui/api";
import { BusyButton } from "@/components/ui/busy-button";
import { LinkButton } from "@/components/ui/link-button";
import { PageHead } from "@/components/ui/page-head";
import { asProblem, type Problem } from "@/components/ui/problem";
import { ProblemAlert } from "@/components/ui/problem-alert";
import type { BoardView, QueryTile, Tile, TileAnswer } from "@/lib/boards/schema";
import type { QueryView } from "@/lib/queries/schema";

export type BoardText = Pick<BoardView, "title" | "description" | "parameters" | "tiles">;

interface Props {
  board: BoardView;
  answers: TileAnswer[];
  teams: { id: string; name: string }[];
}

// A page that is not on https has no randomUUID.
const newTileId = () => [...crypto.getRandomValues(new Uint8Array(10))].map((byte) => byte.toString(36)).join("");

/** Changes a board: what stands on it, where, and what it asks for. */
export function BoardEditor({ board, answers, teams }: Props) {
  const router = useRouter();
  const [text, setText] = useState<BoardText>(board);
  const [revision, setRevision] = useState(board.revision);
  const [team, setTeam] = useState(board.owner.team?.id ?? null);
  const [open, setOpen] = useState<string>();
  const [carry, setCarry] = useState<{ from: number; over: number | null }>();
  const [moved, setMoved] = useState<string>();
  const [said, setSaid] = useState("");
  const [titles, setTitles] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const [conflict, setConflict] = useState<BoardConflict>();
  /** What was made here, while another's board stands in its place. */
  const [aside, setAside] = useState<BoardText>();
  const change = (part: Partial<BoardText>) => setText((before) => ({ ...before, ...part }));
  const setTiles = (tiles: Tile[]) => change({ tiles });
  const answerOf = new Map(answers.map((one) => [one.tile, one]));
  const titleOf = (tile: Tile) =>
    tile.kind === "text"
      ? tile.text.slice(0, 30).trim() || "Text"
      : tile.title || titles[tile.query] || answerOf.get(tile.id)?.title || "A query that is not open to you";

  const save = async (onTopOf: number) => {
    setBusy(true);
    setProblem(undefined);
    try {
      const { title, description, parameters, tiles } = text;
      const owner = team === (board.owner.team?.id ?? null) ? {} : { team };
      const body = { title, description, parameters, tiles, revision: onTopOf, ...owner };
      await api("PATCH", `/boards/${board.id}`, body);
      router.push(`/boards/${board.id}`);
      router.refresh();
    } catch (error) {
      const refused = asProblem(error);
      const { current } = refused.details as unknown as { current?: BoardConflict["current"] };
      if (refused.status === 409 && current) setConflict({ message: refused.message, current });
      else setProblem(refused);
      setBusy(false);
    }
  };
  const move = (from: number, to: number) => {
    const tiles = moveTile(text.tiles, from, to);
    if (tiles === text.tiles) return;
    setTiles(tiles);
    setMoved(text.tiles[from]?.id);
    setSaid(`Now ${to + 1} of ${tiles.length}`);
  };
  const add = async ({ id, title }: { id: string; title: string }) => {
    const tile: Tile = {
      ...{ id: newTileId(), kind: "query", query: id, as: "chart", chart: null },
      ...{ width: 6, height: 5, parameters: {} },
    };
    setTitles((known) => ({ ...known, [id]: title }));
    const query = await api<QueryView>("GET", `/queries/${id}`).catch(() => null);
    setText((before) => {
      const there = new Set(before.parameters.map(({ name }) => name));
      const parameters = [...before.parameters, ...(query?.parameters ?? []).filter(({ name }) => !there.has(name))];
      return { ...before, parameters, tiles: [...before.tiles, tile] };
    });
    setSaid(`${title} added at the end`);
  };
  const opened = text.tiles.find((tile): tile is QueryTile => tile.kind === "query" && tile.id === open);
  const errors = problem?.byField ?? {};
  return (
    <>
      <PageHead title={`Edit ${board.title}`}>
        <LinkButton href={`/boards/${board.id}`} variant="default">
          Leave as it was
        </LinkButton>
        <BusyButton loading={busy} onClick={() => void save(revision)}>
          Save
        </BusyButton>
      </PageHead>
      {conflict ? (
        <BoardConflictNotice
          conflict={conflict}
          mine={text}
          onSaveMine={() => {
            setRevision(conflict.current.revision);
            setConflict(undefined);
            void save(conflict.current.revision);
          }}
          onTakeTheirs={() => {
            setAside(text);
            setText(conflict.current);
            setRevision(conflict.current.revision);
            setConflict(undefined);
          }}
        />
      ) : null}
      {aside ? (
        <ProblemAlert title="Another's board stands here now; yours is kept aside">
          <Button
            variant="default"
            onClick={() => {
              setText(aside);
              setAside(undefined);
            }}
          >
            Put mine back
          </Button>
        </ProblemAlert>
      ) : null}
      {problem ? <ProblemAlert title="The board was not saved">{problem.message}</ProblemAlert> : null}
      <Group align="flex-start" gap="sm" mb="md" mt="sm">
        <TextInput
          label="Title"
          required
          style={{ flex: "1 1 260px" }}
          maxLength={200}
          value={text.title}
          error={errors.title}
          onChange={(event) => change({ title: event.currentTarget.value })}
        />
        <Textarea
          label="Description"
          style={{ flex: "2 1 320px" }}
          autosize
          maxRows={8}
          maxLength={50_000}
          value={text.description}
          error={errors.description}
          onChange={(event) => change({ description: event.currentTarget.value })}
        />
        <Select
          label="Who may change it"
          style={{ flex: "0 1 200px" }}
          data={[
            { value: "", label: "only I" },
            ...teams.map(({ id, name }) => ({ value: id, label: `I and ${name}` })),
          ]}
          allowDeselect={false}
          value={team ?? ""}
          error={errors.team}
          onChange={(next) => setTeam(next || null)}
        />
      </Group>
      {text.parameters.length > 0 ? (
        <details style={{ marginBottom: 12 }}>
          <summary>What it asks for: {text.parameters.map(({ name, label }) => label || name).join(", ")}</summary>
          <ParameterEditor
            parameters={text.parameters}
            used={new Set(text.parameters.map(({ name }) => name))}
            errors={Object.fromEntries(
              Object.entries(errors).flatMap(([field, message]) =>
                field.startsWith("parameters.") ? [[field.slice("parameters.".length), message]] : [],
              ),
            )}
            onChange={(parameters) => change({ parameters })}
          />
        </details>
      ) : null}
      <Group gap="xs" mb="sm">
        <PickQuery onPick={(query) => void add(query)} />
        <Button
          variant="default"
          leftSection={<IconTextPlus size={14} aria-hidden />}
          onClick={() => {
            setTiles([...text.tiles, { id: newTileId(), kind: "text", text: "", width: 12, height: 2 }]);
            setSaid("A text added at the end");
          }}
        >
          Add text
        </Button>
        <span role="status" style={{ color: "var(--mantine-color-dimmed)" }}>
          {said}
        </span>
      </Group>
      <ul className={classes.grid} aria-label="Tiles">
        {text.tiles.map((tile, at) => (
          <EditTile
            key={tile.id}
            tile={tile}
            at={at}
            of={text.tiles.length}
            title={titleOf(tile)}
            answer={sameTile(board.tiles, tile) ? answerOf.get(tile.id) : undefined}
            carried={carry?.from === at}
            moved={moved === tile.id}
            over={carry !== undefined && carry.over === at && carry.from !== at}
            onChange={(next) => setTiles(text.tiles.with(at, next))}
            onMove={(to) => move(at, to)}
            onCarry={(over, done) => {
              if (done && over !== null) move(at, over);
              setCarry(done ? undefined : { from: at, over });
            }}
            onRemove={() => {
              setTiles(text.tiles.toSpliced(at, 1));
              setSaid(`${titleOf(tile)} taken off`);
            }}
            onSettings={tile.kind === "query" ? () => setOpen(tile.id) : undefined}
          />
        ))}
      </ul>
      {opened ? (
        <TileSettings
          tile={opened}
          parameters={text.parameters}
          onChange={(next) => setTiles(text.tiles.map((tile) => (tile.id === next.id ? next : tile)))}
          onClose={() => setOpen(undefined)}
        />
      ) : null}
    </>
  );
}

/** Whether what the server answered is still what this tile shows. */
function sameTile(saved: Tile[], tile: Tile): boolean {
  const before = saved.find(({ id }) => id === tile.id);
  if (before?.kind !== "query" || tile.kind !== "query") return false;
  return before.query === tile.query && before.chart === tile.chart;
}
