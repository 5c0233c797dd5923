import { cookies } from "next/headers";
import type { ReactNode } from "react";
import { readerZone } from "@/app/reader-zone";
import type { Refused } from "@/components/layout/rights";
import { Shell } from "@/components/layout/shell";
import type { Context } from "@/lib/access/context";
import { refusalOf, rightsOf } from "@/lib/access/rights";
import { rights } from "@/lib/access/schema";
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
      viewing={ctx.viewedBy ? { until: ctx.viewedBy.until.toISOString() } : null}
      refused={await refusedTo(ctx)}
    >
      {children}
    </Shell>
  );
}

async function refusedTo(ctx: Context): Promise<Refused> {
  const has = await rightsOf(ctx);
  const missing = rights.filter((right) => !has.includes(right));
  return Object.fromEntries(await Promise.all(missing.map(async (right) => [right, await refusalOf(right)])));
}
