"use client";

import { Button, Skeleton } from "@mantine/core";
import { IconShare } from "@tabler/icons-react";
import dynamic from "next/dynamic";
import { useState } from "react";
import type { Shared } from "@/components/sharing/sharing";
import { Dialog } from "@/components/ui/dialog";

const Sharing = dynamic(() => import("@/components/sharing/sharing").then((module) => module.Sharing), {
  loading: () => <Skeleton height={220} radius={6} />,
});

/** With whom something is shared, and sharing it with somebody more. */
export function ShareButton(props: Shared) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button variant="default" leftSection={<IconShare size={14} aria-hidden />} onClick={() => setOpen(true)}>
        Share
      </Button>
      <Dialog opened={open} onClose={() => setOpen(false)} title={`Share this ${props.kind}`} size={560} centered>
        <Sharing {...props} />
      </Dialog>
    </>
  );
}
