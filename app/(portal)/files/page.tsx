import type { Metadata } from "next";
import { MayNotRun } from "@/components/editor/query-states";
import { FilesPage } from "@/components/files/files-page";
import type { PageProps } from "@/components/layout/page-props";
import { may } from "@/lib/access/policy";
import { pageContext } from "@/lib/transport/page";
import { listUploads } from "@/lib/uploads/data";

export const metadata: Metadata = { title: "Files" };

export default async function Page({ searchParams }: PageProps) {
  const [ctx, { after }] = await Promise.all([pageContext(), searchParams]);
  if (!may(ctx, "upload.own")) return <MayNotRun />;
  const { items, next } = await listUploads(ctx, { limit: 50, cursor: typeof after === "string" ? after : undefined });
  return <FilesPage items={items} next={next ? `/files?after=${next}` : null} />;
}
