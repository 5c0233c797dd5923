"use client";

import { Menu } from "@mantine/core";
import { IconArrowsDiff, IconMoon, IconTable, IconTablePlus } from "@tabler/icons-react";
import Link from "next/link";
import { useState } from "react";
import { CompareDialog } from "@/components/compare/compare-with";
import { maySaveAsTable, SaveTableDialog } from "@/components/executions/save-as-table";
import { hasRows, isFinal } from "@/components/executions/use-execution";
import { MoreMenu } from "@/components/ui/more-menu";
import type { ExecutionView } from "@/lib/executions/schema";
import { resultsWarehouse, tableQueryPath } from "@/lib/tables/schema";

interface Props {
  view: ExecutionView;
  mayRun: boolean;
  /** Whether they may write pipelines. */
  mayBuild: boolean;
  /** What the reader calls its rows in SQL. */
  named: string | null;
}

const size = 16;

/** What is done with an answer now and then. */
export function ExecutionMenu({ view, mayRun, mayBuild, named }: Props) {
  const [dialog, setDialog] = useState<"compare" | "save" | null>(null);
  const close = () => setDialog(null);
  const rows = hasRows(view) && isFinal(view.state);
  const saves = mayRun && maySaveAsTable(view);
  const builds = mayBuild && view.state === "succeeded" && view.warehouse.name !== resultsWarehouse;
  if (!rows && !saves && !builds) return null;
  return (
    <>
      <MoreMenu width={240}>
        {rows ? (
          <Menu.Item leftSection={<IconArrowsDiff size={size} aria-hidden />} onClick={() => setDialog("compare")}>
            Compare with another run
          </Menu.Item>
        ) : null}
        {rows && mayRun ? (
          <Menu.Item
            component={Link}
            href={tableQueryPath("results", named ?? view.id)}
            leftSection={<IconTable size={size} aria-hidden />}
          >
            Query this result
          </Menu.Item>
        ) : null}
        {saves ? (
          <Menu.Item leftSection={<IconTablePlus size={size} aria-hidden />} onClick={() => setDialog("save")}>
            Save as table
          </Menu.Item>
        ) : null}
        {builds ? (
          <Menu.Item
            component={Link}
            href={`/pipelines/new?execution=${view.id}&stage=keep`}
            leftSection={<IconMoon size={size} aria-hidden />}
          >
            Make this a nightly table
          </Menu.Item>
        ) : null}
      </MoreMenu>
      {rows ? <CompareDialog view={view} opened={dialog === "compare"} onClose={close} /> : null}
      {saves ? <SaveTableDialog view={view} opened={dialog === "save"} onClose={close} /> : null}
    </>
  );
}
