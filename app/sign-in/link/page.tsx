import type { Metadata } from "next";
import { LinkForm } from "@/components/layout/link-form";
import { nextPath } from "@/components/layout/next-path";
import type { PageProps } from "@/components/layout/page-props";
import { SignInFrame } from "@/components/layout/sign-in-frame";

export const metadata: Metadata = { title: "Sign in by link", referrer: "no-referrer" };

export default async function LinkPage({ searchParams }: PageProps) {
  const { token, next } = await searchParams;
  return (
    <SignInFrame>
      <h1 style={{ marginBottom: 16 }}>Sign in by link</h1>
      <LinkForm token={typeof token === "string" ? token : ""} next={nextPath(next ?? "/settings/profile?by=link")} />
    </SignInFrame>
  );
}
