import type { Metadata } from "next";
import { nextPath } from "@/components/layout/next-path";
import type { PageProps } from "@/components/layout/page-props";
import { SignInForm } from "@/components/layout/sign-in-form";
import { SignInFrame } from "@/components/layout/sign-in-frame";
import { SignOn } from "@/components/layout/sign-on";
import { refusalWords } from "@/lib/access/single-sign-on";
import { signOnChoices } from "@/lib/transport/providers";

export const metadata: Metadata = { title: "Sign in" };

export default async function SignInPage({ searchParams }: PageProps) {
  const { next: asked, error } = await searchParams;
  const next = nextPath(asked);
  const choices = signOnChoices();
  return (
    <SignInFrame>
      <h1 style={{ marginBottom: 16 }}>Sign in</h1>
      {choices.length > 0 || error ? (
        <SignOn choices={choices} next={next} refusal={typeof error === "string" ? refusalWords(error) : undefined} />
      ) : null}
      <SignInForm next={next} />
    </SignInFrame>
  );
}
