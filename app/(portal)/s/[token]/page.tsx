import type { Metadata } from "next";
import { notFound, redirect } from "next/navigation";
import { cache } from "react";
import type { PageProps } from "@/components/layout/page-props";
import { Empty } from "@/components/ui/empty";
import { LinkButton } from "@/components/ui/link-button";
import { SluiceError } from "@/lib/platform/errors";
import { openLink } from "@/lib/shares/open-link";
import { pageContext } from "@/lib/transport/page";

export const metadata: Metadata = { title: "A shared link", referrer: "no-referrer" };

/** Once a request: each opening is one line in the log. */
const follow = cache(async (token: string): Promise<{ path: string } | { closed: string }> => {
  const ctx = await pageContext();
  try {
    return await openLink(ctx, token);
  } catch (error) {
    if (error instanceof SluiceError && error.code === "gone") return { closed: error.message };
    if (error instanceof SluiceError && error.code === "not_found") notFound();
    throw error;
  }
});

/** A shared link: leads to what it opens, or says why it opens nothing any more. */
export default async function Page({ params }: PageProps<{ token: string }>) {
  const answer = await follow((await params).token);
  if ("path" in answer) redirect(answer.path);
  return (
    <Empty title="This link opens nothing any more" action={<LinkButton href="/">Home</LinkButton>}>
      {answer.closed}
    </Empty>
  );
}
