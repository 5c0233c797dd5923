import type { Metadata } from "next";
import { readerZone } from "@/app/reader-zone";
import { type AuditAsked, AuditList } from "@/components/admin/audit-list";
import { dayStart } from "@/components/executions/day";
import type { PageProps } from "@/components/layout/page-props";
import { auditActions, listAudit } from "@/lib/access/audit-list";
import { may } from "@/lib/access/policy";
import { pageContext } from "@/lib/transport/page";
import { listUsers } from "@/lib/users/data";

export const metadata: Metadata = { title: "Audit" };

const names = ["q", "action", "address", "object", "user", "from", "to", "cursor"] as const;

export default async function AuditPage({ searchParams }: PageProps) {
  const ctx = await pageContext();
  if (!may(ctx, "audit.read")) return null;
  const [params, zone] = await Promise.all([searchParams, readerZone(ctx)]);
  const asked: AuditAsked = {};
  for (const name of names) {
    const value = params[name];
    if (typeof value === "string" && value) asked[name] = value;
  }
  const day = (text: string | undefined, days = 0) => dayStart(text ?? "", zone ?? "UTC", days)?.toISOString();
  const [from, to] = [day(asked.from), day(asked.to, 1)];
  const [page, people, actions] = await Promise.all([
    listAudit(ctx, { ...asked, from, to, limit: 50 }),
    listUsers(ctx, { limit: 1000 }),
    auditActions(),
  ]);
  const exported = new URLSearchParams({ ...asked, ...(from ? { from } : {}), ...(to ? { to } : {}) });
  exported.delete("cursor");
  const byName = people.items.map(({ id, name }) => ({ id, name })).toSorted((a, b) => a.name.localeCompare(b.name));
  return (
    <AuditList
      key={JSON.stringify(asked)}
      items={page.items}
      next={page.next}
      asked={asked}
      people={byName}
      actions={actions}
      exported={exported.toString()}
    />
  );
}
