import type { ReactNode } from "react";
import { PortalShell } from "@/app/portal-shell";
import { PageTabs } from "@/components/layout/page-tabs";
import { Empty } from "@/components/ui/empty";
import { LinkButton } from "@/components/ui/link-button";
import { pageContext } from "@/lib/transport/page";
import { listAdmins } from "@/lib/users/data";

const tabs = [
  { href: "/admin/warehouses", label: "Warehouses" },
  { href: "/admin/users", label: "Users and teams" },
  { href: "/admin/tokens", label: "Tokens" },
  { href: "/admin/rights", label: "Rights" },
  { href: "/admin/load", label: "Load" },
  { href: "/admin/audit", label: "Audit" },
  { href: "/admin/erasures", label: "Erase" },
  { href: "/usage", label: "Usage" },
];

export default async function AdminLayout({ children }: { children: ReactNode }) {
  const ctx = await pageContext();
  if (ctx.user.role === "admin") {
    return (
      <PortalShell ctx={ctx}>
        <PageTabs label="Admin" tabs={tabs} />
        {children}
      </PortalShell>
    );
  }
  const admins = (await listAdmins()).map(({ name, email }) => `${name} (${email})`);
  return (
    <PortalShell ctx={ctx}>
      <Empty
        title="This page is for admins"
        action={
          <LinkButton href="/" variant="default">
            Home
          </LinkButton>
        }
      >
        You are {ctx.user.role}. Ask {new Intl.ListFormat("en", { type: "disjunction" }).format(admins)} to change your
        role.
      </Empty>
    </PortalShell>
  );
}
