import type { Metadata } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import type { PageProps } from "@/components/layout/page-props";
import { Versions } from "@/components/queries/versions";
import { PageHead } from "@/components/ui/page-head";
import { getVersion, listVersions } from "@/lib/queries/versions";
import { loadQuery } from "../load-query";

type Props = PageProps<{ id: string }>;

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { query } = await loadQuery((await params).id);
  return { title: `Versions of ${query.title}`.slice(0, 60) };
}

export default async function Page({ params, searchParams }: Props) {
  const [{ ctx, query }, asked] = await Promise.all([loadQuery((await params).id), searchParams]);
  const versions = await listVersions(ctx, query.id);
  const numbered = (number: number) => versions.find((version) => version.number === number);
  const chosen = asked.version === undefined ? versions[0] : numbered(Number(asked.version));
  if (!chosen) notFound();
  const other = numbered(asked.against === undefined ? chosen.number - 1 : Number(asked.against));
  const [shown, against] = await Promise.all([
    getVersion(ctx, query.id, chosen.number),
    other && getVersion(ctx, query.id, other.number),
  ]);
  return (
    <>
      <PageHead
        title="Versions"
        note={
          <Link href={`/queries/${query.id}`} style={{ color: "var(--mantine-color-anchor)" }}>
            {query.title}
          </Link>
        }
      />
      <Versions query={query} versions={versions} shown={shown} against={against} />
    </>
  );
}
