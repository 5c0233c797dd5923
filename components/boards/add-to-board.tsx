"use client";

import { Button, Loader, Menu } from "@mantine/core";
import { IconLayoutDashboard } from "@tabler/icons-react";
import dynamic from "next/dynamic";
import { useState } from "react";
import type { AddTile } from "@/lib/boards/schema";

const BoardChoices = dynamic(() => import("@/components/boards/board-choices").then((menu) => menu.BoardChoices), {
  ssr: false,
  loading: () => <Loader size={12} m={12} />,
});

export interface NewTile {
  tile: AddTile;
  /** What a new board is called first. */
  title: string;
}

/** Puts a query or a chart of one on a board: one click for the menu, one for the board. */
export function AddToBoard({ tile, title }: NewTile) {
  const [open, setOpen] = useState(false);
  return (
    <Menu withinPortal position="bottom-end" width={280} opened={open} onChange={setOpen}>
      <Menu.Target>
        <Button variant="default" leftSection={<IconLayoutDashboard size={14} aria-hidden />}>
          Add to board
        </Button>
      </Menu.Target>
      <Menu.Dropdown>{open ? <BoardChoices tile={tile} title={title} /> : null}</Menu.Dropdown>
    </Menu>
  );
}
