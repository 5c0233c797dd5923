"use client";

import { Button, Modal } from "@mantine/core";
import { IconShare } from "@tabler/icons-react";
import { useState } from "react";
import { ShareForm } from "@/components/sharing/share-form";
import { ShareList } from "@/components/sharing/share-list";
import { useRest } from "@/components/ui/use-rest";
import type { SharedKind, ShareView } from "@/lib/shares/schema";

interface Props {
  kind: SharedKind;
  objectId: string;
  /** Whether there is a saved query behind it, which others could run. */
  runnable?: boolean;
  /** Who may open it without any share, in words. */
  audience?: string;
}

/** With whom something is shared, and sharing it with somebody more. */
export function ShareButton(props: Props) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button variant="default" leftSection={<IconShare size={14} aria-hidden />} onClick={() => setOpen(true)}>
        Share
      </Button>
      <Modal opened={open} onClose={() => setOpen(false)} title={`Share this ${props.kind}`} size={560} centered>
        <Sharing {...props} />
      </Modal>
    </>
  );
}

function Sharing({ kind, objectId, runnable = false, audience }: Props) {
  const { data, problem, reload } = useRest<{ items: ShareView[] }>(`/shares?kind=${kind}&id=${objectId}`);
  return (
    <>
      <ShareForm kind={kind} objectId={objectId} runnable={runnable} onShared={reload} />
      <ShareList shares={data?.items} problem={problem?.message} audience={audience} onRevoked={reload} />
    </>
  );
}
