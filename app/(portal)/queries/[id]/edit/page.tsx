import type { Metadata } from "next";
import { readerZone } from "@/app/reader-zone";
import type { PageProps } from "@/components/layout/page-props";
import { Empty } from "@/components/ui/empty";
import { LinkButton } from "@/components/ui/link-button";
import { teamsOf } from "@/lib/teams/data";
import { loadQuery } from "../load-query";
import { Editor } from "./editor";

type Props = PageProps<{ id: string }>;

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { query } = await loadQuery((await params).id);
  return { title: `Edit ${query.title}`.slice(0, 60) };
}

export default async function Page({ params }: Props) {
  const { ctx, query } = await loadQuery((await params).id);
  if (!query.may.edit) {
    const owner = query.owner.team?.name ?? query.owner.user.name;
    return (
      <Empty
        title={`“${query.title}” is ${owner}'s to change`}
        action={
          <LinkButton href={`/queries/${query.id}`} variant="default">
            Back to the query
          </LinkButton>
        }
      >
        Ask them, or make a copy of your own from the query's menu.
      </Empty>
    );
  }
  const [teams, zone] = await Promise.all([teamsOf(ctx), readerZone(ctx)]);
  return <Editor key={query.id} query={query} teams={teams} zone={zone ?? "UTC"} />;
}
