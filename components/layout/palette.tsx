"use client";

import { useDebouncedValue } from "@mantine/hooks";
import { Spotlight, type SpotlightActionData, type SpotlightActionGroupData, spotlight } from "@mantine/spotlight";
import {
  type Icon,
  IconCalendarTime,
  IconDevices,
  IconFile,
  IconFileText,
  IconKey,
  IconLayoutDashboard,
  IconListDetails,
  IconLock,
  IconSearch,
  IconTable,
  IconUser,
} from "@tabler/icons-react";
import { useRouter } from "next/navigation";
import { useEffect, useState } from "react";
import type { z } from "zod";
import { titleOf } from "@/components/executions/title";
import { itemsFor } from "@/components/layout/nav";
import { onSearch } from "@/components/layout/open-search";
import { api } from "@/components/ui/api";
import { ago } from "@/components/ui/duration";
import { StateIcon } from "@/components/ui/state";
import type { BoardItem } from "@/lib/boards/schema";
import type { foundTable } from "@/lib/connections/schema";
import type { ExecutionItem } from "@/lib/executions/schema";
import type { QueryItem } from "@/lib/queries/schema";
import { tableQueryPath } from "@/lib/tables/schema";
import type { UploadItem } from "@/lib/uploads/schema";

interface Found {
  queries: QueryItem[];
  boards: BoardItem[];
  files: UploadItem[];
  tables: z.infer<typeof foundTable>[];
  executions: ExecutionItem[];
}

const none: Found = { queries: [], boards: [], files: [], tables: [], executions: [] };

export interface PaletteProps {
  role: string;
  typed: string;
  onType: (words: string) => void;
}

/** Ctrl/Cmd+K: pages by name, saved queries, boards, own files, tables of every warehouse, and executions by their SQL. */
export function Palette({ role, typed, onType }: PaletteProps) {
  const router = useRouter();
  // It was loaded because somebody asked for it.
  useEffect(() => {
    spotlight.open();
    return onSearch(spotlight.toggle);
  }, []);
  const words = typed.trim();
  const found = useFound(words, role !== "viewer");
  const go = (href: string) => () => router.push(href);
  const page = (href: string, label: string, Shown: Icon): SpotlightActionData => ({
    id: href,
    label,
    leftSection: <Shown size={18} stroke={1.75} aria-hidden />,
    onClick: go(href),
  });
  const pages = [
    ...itemsFor(role).map(({ href, label, icon }) => page(href, href === "/queries/new" ? "New query" : label, icon)),
    ...(role === "admin"
      ? [
          page("/admin/users", "Users and teams", IconUser),
          page("/admin/tokens", "Everybody’s tokens", IconKey),
          page("/admin/audit", "Audit", IconSearch),
        ]
      : []),
    page("/logs", "Logs", IconListDetails),
    page("/schedules", "Schedules", IconCalendarTime),
    ...(role === "viewer" ? [] : [page("/files", "Files", IconFile)]),
    page("/files/kept", "Kept files", IconFile),
    page("/settings/profile", "Profile", IconUser),
    page("/settings/tokens", "API tokens", IconKey),
    ...(role === "viewer" ? [] : [page("/settings/secrets", "Secrets", IconLock)]),
    page("/settings/sessions", "Sessions", IconDevices),
  ];
  const queries = found.queries.map(
    (item): SpotlightActionData => ({
      id: `query ${item.id}`,
      label: item.title,
      description: [item.owner.team?.name ?? item.owner.user.name, item.warehouse.name, ...item.tags].join(" · "),
      keywords: typed,
      leftSection: <IconFileText size={18} stroke={1.75} aria-hidden />,
      onClick: go(`/queries/${item.id}`),
    }),
  );
  const boards = found.boards.map(
    (item): SpotlightActionData => ({
      id: `board ${item.id}`,
      label: item.title,
      description: item.owner.team?.name ?? item.owner.user.name,
      keywords: typed,
      leftSection: <IconLayoutDashboard size={18} stroke={1.75} aria-hidden />,
      onClick: go(`/boards/${item.id}`),
    }),
  );
  const tables = found.tables.map(
    ({ warehouse, schema, name }): SpotlightActionData => ({
      id: `table ${warehouse} ${schema} ${name}`,
      label: `${schema}.${name}`,
      description: warehouse,
      // The server chose them by these words; the palette's own filter must not choose again.
      keywords: typed,
      leftSection: <IconTable size={18} stroke={1.75} aria-hidden />,
      onClick: go(`/tables/${[warehouse, schema, name].map(encodeURIComponent).join("/")}`),
    }),
  );
  const files = found.files.map(
    (item): SpotlightActionData => ({
      id: `file ${item.id}`,
      label: item.name,
      description: item.fileName,
      keywords: typed,
      leftSection: <IconFile size={18} stroke={1.75} aria-hidden />,
      onClick: go(item.format === "archive" ? `/files?file=${item.id}` : tableQueryPath("files", item.name)),
    }),
  );
  const executions = found.executions.map(
    (item): SpotlightActionData => ({
      id: item.id,
      label: titleOf(item.sql),
      description: `${item.user.name} · ${item.warehouse.name} · ${ago(Date.now() - Date.parse(item.submittedAt))}`,
      keywords: typed,
      leftSection: <StateIcon state={item.state} />,
      onClick: go(`/executions/${item.id}`),
    }),
  );
  const search: SpotlightActionData = {
    id: "search",
    label: `Search the whole history for “${words}”`,
    keywords: typed,
    leftSection: <IconSearch size={18} stroke={1.75} aria-hidden />,
    onClick: go(`/executions?q=${encodeURIComponent(words)}`),
  };
  // What the server finds comes after what is known at once: the chosen line must not move under Enter.
  const groups: SpotlightActionGroupData[] = [
    { group: "Pages", actions: pages },
    ...(words ? [{ group: "History", actions: [search] }] : []),
    ...(queries.length ? [{ group: "Queries", actions: queries }] : []),
    ...(boards.length ? [{ group: "Boards", actions: boards }] : []),
    ...(files.length ? [{ group: "Files", actions: files }] : []),
    ...(tables.length ? [{ group: "Tables", actions: tables }] : []),
    ...(executions.length ? [{ group: "Executions", actions: executions }] : []),
  ];
  return (
    <Spotlight
      actions={groups}
      query={typed}
      onQueryChange={onType}
      // By a key of ours, which loads it first.
      shortcut={null}
      nothingFound="Nothing by that name"
      searchProps={{
        placeholder: "A page, a query, a table, words of some SQL",
        "aria-label": "Search",
        leftSection: <IconSearch size={18} aria-hidden />,
      }}
      scrollable
      maxHeight={480}
      highlightQuery
    />
  );
}

/** What the server finds for the words; the last answer stays until the next is there. */
function useFound(words: string, hasFiles: boolean): Found {
  const [asked] = useDebouncedValue(words, 150);
  const [found, setFound] = useState(none);
  useEffect(() => {
    if (asked.length < 2) {
      setFound(none);
      return;
    }
    let current = true;
    const q = encodeURIComponent(asked);
    const list = <T,>(path: string) =>
      api<{ items: T[] }>("GET", path).then(
        ({ items }) => items,
        () => [] as T[],
      );
    Promise.all([
      list<QueryItem>(`/queries?q=${q}&limit=6`),
      list<BoardItem>(`/boards?q=${q}&limit=4`),
      hasFiles ? list<UploadItem>(`/uploads?q=${q}&limit=4`) : [],
      list<Found["tables"][number]>(`/tables?q=${q}&limit=6`),
      list<ExecutionItem>(`/executions?q=${q}&limit=5`),
    ]).then(([queries, boards, files, tables, executions]) => {
      if (current) setFound({ queries, boards, files, tables, executions });
    });
    return () => {
      current = false;
    };
  }, [asked, hasFiles]);
  return found;
}
