import type { Metadata } from "next";
import { MayNotRun } from "@/components/editor/query-states";
import { may } from "@/lib/access/policy";
import { pageContext } from "@/lib/transport/page";
import { Workbench } from "./workbench";

export const metadata: Metadata = { title: "New query" };

export default async function NewQueryPage() {
  const ctx = await pageContext();
  if (!may(ctx, "execution.run")) return <MayNotRun />;
  const { id, role, timeZone } = ctx.user;
  return <Workbench me={{ id, admin: role === "admin", timeZone, builds: may(ctx, "pipeline.write") }} />;
}
