import type { ReactNode } from "react";
import { PortalShell } from "@/app/portal-shell";
import { pageContext } from "@/lib/transport/page";

export default async function PortalLayout({ children }: { children: ReactNode }) {
  return <PortalShell ctx={await pageContext()}>{children}</PortalShell>;
}
