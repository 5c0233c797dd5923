"use client";

import { Menu } from "@mantine/core";
import { IconArchive, IconArchiveOff, IconCopyPlus, IconTrash } from "@tabler/icons-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { api } from "@/components/ui/api";
import { ConfirmDialog } from "@/components/ui/confirm";
import { MoreMenu } from "@/components/ui/more-menu";
import { useChange } from "@/components/ui/use-change";
import type { BoardView } from "@/lib/boards/schema";

const size = 16;

/** What is done with a board now and then. */
export function BoardMenu({ board, writes }: { board: BoardView; writes: boolean }) {
  const router = useRouter();
  const [deleting, setDeleting] = useState(false);
  const path = `/boards/${board.id}`;
  const change = useChange();
  const copy = () =>
    change(async () => {
      const made = await api<BoardView>("POST", `${path}/copy`, {});
      router.push(`/boards/${made.id}/edit`);
    });
  const archive = (archived: boolean) => change(() => api("PATCH", path, { archived }));
  return (
    <>
      <MoreMenu>
        {writes ? (
          <Menu.Item leftSection={<IconCopyPlus size={size} aria-hidden />} onClick={() => void copy()}>
            Make a copy of my own
          </Menu.Item>
        ) : null}
        {board.may.edit && !board.archivedAt ? (
          <Menu.Item leftSection={<IconArchive size={size} aria-hidden />} onClick={() => void archive(true)}>
            Archive
          </Menu.Item>
        ) : null}
        {board.may.edit && board.archivedAt ? (
          <Menu.Item leftSection={<IconArchiveOff size={size} aria-hidden />} onClick={() => void archive(false)}>
            Bring back from the archive
          </Menu.Item>
        ) : null}
        {board.may.edit ? (
          <Menu.Item
            c="var(--sl-failed)"
            leftSection={<IconTrash size={size} aria-hidden />}
            onClick={() => setDeleting(true)}
          >
            Delete
          </Menu.Item>
        ) : null}
      </MoreMenu>
      <ConfirmDialog
        opened={deleting}
        onClose={() => setDeleting(false)}
        label="Delete"
        verb={`Delete “${board.title}” with ${board.tiles.length} tiles`}
        onConfirm={async () => {
          await api("DELETE", path);
          router.push("/boards");
        }}
      >
        It cannot be brought back, and its shares and schedules go with it. The queries that it shows and their answers
        stay. To only take it out of lists, archive it.
      </ConfirmDialog>
    </>
  );
}
