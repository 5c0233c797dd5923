"use client";

import { ActionIcon, Indicator, Tooltip } from "@mantine/core";
import { IconBell } from "@tabler/icons-react";
import Link from "next/link";
import { useEffect } from "react";
import { useRest } from "@/components/ui/use-rest";
import type { InboxView } from "@/lib/inbox/schema";

/** How much waits in the inbox of the home page; looked for once a minute while the page is seen. */
export function InboxBell({ initial }: { initial: number }) {
  const { data, reload } = useRest<InboxView>("/inbox", 60_000);
  useEffect(() => {
    const again = () => void reload();
    window.addEventListener("sluice:inbox", again);
    return () => window.removeEventListener("sluice:inbox", again);
  }, [reload]);
  const unread = data?.unread ?? initial;
  const words = unread === 0 ? "Inbox: nothing new" : `Inbox: ${unread > 99 ? "more than 99" : unread} not read`;
  return (
    <Tooltip label={words}>
      <Indicator
        disabled={unread === 0}
        label={unread > 99 ? "99+" : unread}
        size={16}
        offset={6}
        color="accent"
        styles={{ indicator: { fontSize: 11, pointerEvents: "none" } }}
      >
        <ActionIcon component={Link} href="/#inbox" variant="subtle" color="gray" size={36} aria-label={words}>
          <IconBell size={18} />
        </ActionIcon>
      </Indicator>
    </Tooltip>
  );
}
