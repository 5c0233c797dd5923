"use client";

import { IconRefresh } from "@tabler/icons-react";
import type { Catalog } from "@/components/editor/use-catalog";
import { BusyButton } from "@/components/ui/busy-button";
import { RelativeTime } from "@/components/ui/time";

interface Props {
  catalog: Catalog | null;
  loading: boolean;
  onRefresh: () => void;
}

/** How old what one sees is, and the way to see it new: a catalogue is read once and then by hand. */
export function CatalogueAge({ catalog, loading, onRefresh }: Props) {
  return (
    <span style={{ display: "inline-flex", flexWrap: "wrap", alignItems: "center", gap: 8 }}>
      <span style={{ color: "var(--mantine-color-dimmed)" }} role="status">
        {loading ? (
          "Reading the catalogue"
        ) : catalog ? (
          <>
            Read <RelativeTime at={catalog.fetchedAt} />
            {catalog.paused ? ". The warehouse is paused: it is read again when it is resumed." : ""}
          </>
        ) : null}
      </span>
      <BusyButton
        variant="default"
        leftSection={<IconRefresh size={14} aria-hidden />}
        loading={loading}
        disabled={catalog?.paused}
        onClick={onRefresh}
      >
        Refresh
      </BusyButton>
    </span>
  );
}
