import { cookies } from "next/headers";
import type { ReactNode } from "react";
import { AdminTabs } from "@/components/layout/admin-tabs";
import { Shell } from "@/components/layout/shell";
import { Empty } from "@/components/ui/empty";
import { pageContext } from "@/lib/transport/page";

export default async function AdminLayout({ children }: { children: ReactNode }) {
  const { user } = await pageContext();
  const small = (await cookies()).get("sluice-rail")?.value === "small";
  return (
    <Shell me={{ name: user.name, email: user.email, role: user.role }} small={small}>
      {user.role === "admin" ? (
        <>
          <AdminTabs />
          {children}
        </>
      ) : (
        <Empty title="This page is for admins">You are {user.role}. Another admin can change your role.</Empty>
      )}
    </Shell>
  );
}
