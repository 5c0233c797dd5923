import { cookies } from "next/headers";
import type { ReactNode } from "react";
import { readerZone } from "@/app/reader-zone";
import { Shell } from "@/components/layout/shell";
import type { Context } from "@/lib/access/context";
import { listWarehouses } from "@/lib/connections/data";
import { unreadOf } from "@/lib/inbox/data";

/** The frame of every page that needs a sign-in. */
export async function PortalShell({ ctx, children }: { ctx: Context; children: ReactNode }) {
  const small = (await cookies()).get("sluice-rail")?.value === "small";
  const warehouses = (await listWarehouses(ctx)).map(({ id, name }) => ({ id, name }));
  const { name, email, role } = ctx.user;
  return (
    <Shell
      me={{ name, email, role }}
      unread={await unreadOf(ctx)}
      zone={await readerZone(ctx)}
      small={small}
      warehouses={warehouses}
    >
      {children}
    </Shell>
  );
}
