import type { Metadata } from "next";
import type { PageProps } from "@/components/layout/page-props";
import { UsagePage } from "@/components/usage/usage-page";
import { pageContext } from "@/lib/transport/page";
import { getUsage } from "@/lib/usage/data";
import { usageQuery } from "@/lib/usage/schema";

export const metadata: Metadata = { title: "Usage" };

export default async function Page({ searchParams }: PageProps) {
  const [ctx, { days, team }] = await Promise.all([pageContext(), searchParams]);
  const read = usageQuery.safeParse({ days: days || undefined, team: team || undefined });
  // An address that was typed wrong shows the usual page.
  const asked = read.success ? read.data : usageQuery.parse({});
  return <UsagePage key={JSON.stringify(asked)} view={await getUsage(ctx, asked)} asked={asked} />;
}
