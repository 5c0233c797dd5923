import type { Metadata } from "next";
import { nextPath } from "@/components/layout/next-path";
import type { PageProps } from "@/components/layout/page-props";
import { SignInForm } from "@/components/layout/sign-in-form";
import { SignInFrame } from "@/components/layout/sign-in-frame";
import { SignOn } from "@/components/layout/sign-on";
import { refusalWords } from "@/lib/access/single-sign-on";
import { publicUrl } from "@/lib/platform/url";
import { previewOf } from "@/lib/previews/describe";
import { signOnChoices } from "@/lib/transport/providers";

/** Who is not signed in and follows a link ends here: a chat that draws a preview of it, too. */
export async function generateMetadata({ searchParams }: PageProps): Promise<Metadata> {
  const preview = await previewOf(nextPath((await searchParams).next));
  if (!preview) return { title: "Sign in" };
  const { title, description, picture } = preview;
  const images = picture ? [{ url: publicUrl(picture), width: 1200, height: 630 }] : [];
  return {
    title: "Sign in",
    openGraph: { title, description, siteName: "Sluice", type: "website", images },
    twitter: { card: picture ? "summary_large_image" : "summary", title, description, images },
  };
}

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
