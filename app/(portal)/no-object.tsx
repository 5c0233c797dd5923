import { headers } from "next/headers";
import { AskAccess } from "@/components/sharing/ask-access";
import { Empty } from "@/components/ui/empty";
import { LinkButton } from "@/components/ui/link-button";
import { askable } from "@/lib/requests/data";
import type { SharedKind } from "@/lib/shares/schema";
import { currentContext } from "@/lib/transport/page";

interface Props {
  kind: SharedKind;
  /** Where all of its kind are. */
  list: { href: string; label: string };
}

/**
 * The page of something that is not there, or that this person may not open: the two look the same, but that of what
 * exists they may ask for access.
 */
export async function NoObject({ kind, list }: Props) {
  const ctx = await currentContext();
  // A page that is not found is told neither its parameters nor its address; proxy.ts tells the latter.
  const path = (await headers()).get("x-sluice-path") ?? "";
  const id = /^\/(?:executions|queries|charts|boards)\/([0-9a-z]{26})(?:[/?]|$)/.exec(path)?.[1];
  const found = ctx && id ? await askable(ctx, { kind, id }) : null;
  return (
    <Empty
      title={`There is no ${kind} here that you may open`}
      action={
        <div style={{ display: "flex", flexDirection: "column", alignItems: "center", gap: 12 }}>
          {found && id ? <AskAccess kind={kind} id={id} asked={found.asked} /> : null}
          <LinkButton href={list.href} variant="default">
            {list.label}
          </LinkButton>
        </div>
      }
    >
      {found?.closed ??
        "The link may be incomplete, or it is not open to you. Whoever sent it can share it with you, and an admin can grant its warehouse to one of your teams."}
    </Empty>
  );
}
