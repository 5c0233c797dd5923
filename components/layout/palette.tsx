"use client";

import { Spotlight, type SpotlightActionData } from "@mantine/spotlight";
import { IconKey, IconSearch } from "@tabler/icons-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { itemsFor } from "@/components/layout/nav";

/** Ctrl/Cmd+K: every page by name, and whatever else is typed as a search over the history's SQL. */
export function Palette({ role }: { role: string }) {
  const router = useRouter();
  const [typed, setTyped] = useState("");
  const pages: SpotlightActionData[] = itemsFor(role).map(({ href, label, icon: Icon }) => ({
    id: href,
    label: href === "/queries/new" ? "New query" : label,
    leftSection: <Icon size={18} stroke={1.75} />,
    onClick: () => router.push(href),
  }));
  const tokens = {
    id: "tokens",
    label: "API tokens",
    leftSection: <IconKey size={18} />,
    onClick: () => router.push("/settings/tokens"),
  };
  const search = {
    id: "search",
    label: `Search history for “${typed.trim()}”`,
    keywords: typed,
    leftSection: <IconSearch size={18} />,
    onClick: () => router.push(`/executions?q=${encodeURIComponent(typed.trim())}`),
  };
  return (
    <Spotlight
      actions={typed.trim() ? [...pages, tokens, search] : [...pages, tokens]}
      query={typed}
      onQueryChange={setTyped}
      shortcut={["mod + K"]}
      nothingFound="Nothing by that name"
      searchProps={{ placeholder: "Go to a page, or search the history", "aria-label": "Search" }}
      highlightQuery
    />
  );
}
