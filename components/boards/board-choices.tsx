"use client";

import { Loader, Menu, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { IconPlus } from "@tabler/icons-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useState } from "react";
import type { NewTile } from "@/components/boards/add-to-board";
import { api } from "@/components/ui/api";
import { asProblem } from "@/components/ui/problem";
import { useRest } from "@/components/ui/use-rest";
import type { BoardItem, BoardView } from "@/lib/boards/schema";

/** What the menu holds: the boards that one may change, found by name, and a new one. */
export function BoardChoices({ tile, title }: NewTile) {
  const router = useRouter();
  const [typed, setTyped] = useState("");
  const [words] = useDebouncedValue(typed, 200);
  const { data, problem } = useRest<{ items: BoardItem[] }>(
    `/boards?mine=true&limit=8&q=${encodeURIComponent(words.trim())}`,
  );
  const refused = (error: unknown) =>
    notifications.show({ color: "red", title: "Nothing was added", message: asProblem(error).message });
  const add = async (board: Pick<BoardItem, "id" | "title">) => {
    try {
      await api("POST", `/boards/${board.id}/tiles`, tile);
      notifications.show({
        title: "Added",
        message: (
          <>
            It stands at the end of <Link href={`/boards/${board.id}`}>{board.title}</Link>.
          </>
        ),
      });
    } catch (error) {
      refused(error);
    }
  };
  const create = async () => {
    try {
      const board = await api<BoardView>("POST", "/boards", { title: typed.trim() || title });
      await api("POST", `/boards/${board.id}/tiles`, tile);
      router.push(`/boards/${board.id}`);
    } catch (error) {
      refused(error);
    }
  };
  return (
    <>
      <TextInput
        size="sm"
        p={4}
        aria-label="Find a board"
        placeholder="Find a board, or name a new one"
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
        // The menu's own keys move among its items.
        onKeyDown={(event) => {
          if (event.key !== "ArrowDown" && event.key !== "Escape") event.stopPropagation();
        }}
      />
      {data?.items.map((board) => (
        <Menu.Item key={board.id} onClick={() => void add(board)}>
          {board.title}
        </Menu.Item>
      ))}
      {problem ? <Menu.Label>{problem.message}</Menu.Label> : null}
      {!data && !problem ? (
        <Menu.Label>
          <Loader size={12} /> Looking for your boards
        </Menu.Label>
      ) : null}
      <Menu.Divider />
      <Menu.Item leftSection={<IconPlus size={16} aria-hidden />} onClick={() => void create()}>
        New board “{(typed.trim() || title).slice(0, 40)}”
      </Menu.Item>
    </>
  );
}
