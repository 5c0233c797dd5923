import { cookies } from "next/headers";
import type { ReactNode } from "react";
import { Shell } from "@/components/layout/shell";
import { pageContext } from "@/lib/transport/page";

export default async function PortalLayout({ children }: { children: ReactNode }) {
  const { user } = await pageContext();
  const small = (await cookies()).get("sluice-rail")?.value === "small";
  return (
    <Shell me={{ name: user.name, email: user.email, role: user.role }} small={small}>
      {children}
    </Shell>
  );
}
