import type { Metadata } from "next";
import { nextPath } from "@/components/layout/next-path";
import type { PageProps } from "@/components/layout/page-props";
import { SignInForm } from "@/components/layout/sign-in-form";
import { SignInFrame } from "@/components/layout/sign-in-frame";

export const metadata: Metadata = { title: "Sign in" };

export default async function SignInPage({ searchParams }: PageProps) {
  const next = nextPath((await searchParams).next);
  return (
    <SignInFrame>
      <h1 style={{ marginBottom: 16 }}>Sign in</h1>
      <SignInForm next={next} />
    </SignInFrame>
  );
}
