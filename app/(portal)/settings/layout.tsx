import type { ReactNode } from "react";
import { PageTabs } from "@/components/layout/page-tabs";
import { may } from "@/lib/access/policy";
import { pageContext } from "@/lib/transport/page";

export default async function SettingsLayout({ children }: { children: ReactNode }) {
  const tabs = [
    { href: "/settings/profile", label: "Profile" },
    { href: "/settings/tokens", label: "API tokens" },
    ...(may(await pageContext(), "secret.read") ? [{ href: "/settings/secrets", label: "Secrets" }] : []),
    { href: "/settings/sessions", label: "Sessions" },
  ];
  return (
    <>
      <PageTabs label="Settings" tabs={tabs} />
      {children}
    </>
  );
}
