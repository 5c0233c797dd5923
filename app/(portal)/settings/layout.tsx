import type { ReactNode } from "react";
import { PageTabs } from "@/components/layout/page-tabs";

const tabs = [
  { href: "/settings/profile", label: "Profile" },
  { href: "/settings/tokens", label: "API tokens" },
  { href: "/settings/sessions", label: "Sessions" },
];

export default function SettingsLayout({ children }: { children: ReactNode }) {
  return (
    <>
      <PageTabs label="Settings" tabs={tabs} />
      {children}
    </>
  );
}
