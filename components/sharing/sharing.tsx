"use client";

import { ShareForm } from "@/components/sharing/share-form";
import { ShareList } from "@/components/sharing/share-list";
import { useRest } from "@/components/ui/use-rest";
import type { SharedKind, ShareView } from "@/lib/shares/schema";

export interface Shared {
  kind: SharedKind;
  objectId: string;
  /** Whether there is a saved query behind it, which others could run. */
  runnable?: boolean;
  /** Who may open it without any share, in words. */
  audience?: string;
}

/** What stands in the dialog of Share: a form, and with whom it is shared already. */
export function Sharing({ kind, objectId, runnable = false, audience }: Shared) {
  const { data, problem, reload } = useRest<{ items: ShareView[] }>(`/shares?kind=${kind}&id=${objectId}`);
  return (
    <>
      <ShareForm kind={kind} objectId={objectId} runnable={runnable} onShared={reload} />
      <ShareList shares={data?.items} problem={problem?.message} audience={audience} onRevoked={reload} />
    </>
  );
}
