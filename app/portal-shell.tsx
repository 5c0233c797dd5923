import { cookies } from "next/headers";
import type { ReactNode } from "react";
import { readerZone } from "@/app/reader-zone";
import { Shell } from "@/components/layout/shell";
import type { Context } from "@/lib/access/context";
import { refusalsTo } from "@/lib/access/rights";
import { listWarehouses } from "@/lib/connections/data";
import { unreadOf } from "@/lib/inbox/data";

/** The frame of every page that needs a sign-in. */
export async function PortalShell({ ctx, children }: { ctx: Context; children: ReactNode }) {
  const small = (await cookies()).get("sluice-rail")?.value === "small";
  const [warehouses, unread, zone, refused] = await Promise.all([
    listWarehouses(ctx),
    unreadOf(ctx),
    readerZone(ctx),
    refusalsTo(ctx),
  ]);
  const { name, email, role } = ctx.user;
  return (
    <Shell
      me={{ name, email, role }}
      unread={unread}
      zone={zone}
      small={small}
      warehouses={warehouses.map(({ id, name: title }) => ({ id, name: title }))}
      viewing={ctx.viewedBy ? { until: ctx.viewedBy.until.toISOString() } : null}
      refused={refused}
    >
      {children}
    </Shell>
  );
}
