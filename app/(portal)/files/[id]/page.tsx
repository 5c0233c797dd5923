import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { cache } from "react";
import { KeptFile } from "@/components/files/kept-file";
import type { PageProps } from "@/components/layout/page-props";
import { fileFor, viewOf } from "@/lib/files/data";
import { SluiceError } from "@/lib/platform/errors";
import { pageContext } from "@/lib/transport/page";

type Props = PageProps<{ id: string }>;

const load = cache(async (id: string) => {
  const ctx = await pageContext();
  const row = await fileFor(ctx, id).catch((error) => {
    if (error instanceof SluiceError && error.code === "not_found") notFound();
    throw error;
  });
  return viewOf(ctx, row);
});

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: (await load((await params).id)).path.slice(0, 80) };
}

export default async function Page({ params }: Props) {
  return <KeptFile file={await load((await params).id)} />;
}
