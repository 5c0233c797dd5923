import type { Metadata } from "next";
import { AuditList } from "@/components/admin/audit-list";
import type { PageProps } from "@/components/layout/page-props";
import { listAudit } from "@/lib/access/audit-list";
import { may } from "@/lib/access/policy";
import { pageContext } from "@/lib/transport/page";

export const metadata: Metadata = { title: "Audit" };

export default async function AuditPage({ searchParams }: PageProps) {
  const ctx = await pageContext();
  if (!may(ctx, "audit.read")) return null;
  const asked = await searchParams;
  const text = (name: string) => (typeof asked[name] === "string" && asked[name] ? asked[name] : undefined);
  const page = await listAudit(ctx, {
    action: text("action"),
    object: text("object"),
    cursor: text("cursor"),
    limit: 100,
  });
  return <AuditList items={page.items} next={page.next} action={text("action")} object={text("object")} />;
}
