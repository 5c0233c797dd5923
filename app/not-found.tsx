import type { Metadata } from "next";
import { PortalShell } from "@/app/portal-shell";
import { NoPage } from "@/components/layout/no-page";
import { SignInFrame } from "@/components/layout/sign-in-frame";
import { currentContext } from "@/lib/transport/page";

export const metadata: Metadata = { title: "Not found" };

/** For every address that no page has; whoever is signed in keeps the frame around it. */
export default async function NotFound() {
  const ctx = await currentContext();
  if (ctx)
    return (
      <PortalShell ctx={ctx}>
        <NoPage />
      </PortalShell>
    );
  return (
    <SignInFrame>
      <NoPage search={false} />
    </SignInFrame>
  );
}
