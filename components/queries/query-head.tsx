import { IconMoon, IconPencil } from "@tabler/icons-react";
import Link from "next/link";
import type { ReactNode } from "react";
import { AddToBoard } from "@/components/boards/add-to-board";
import executionClasses from "@/components/executions/execution.module.css";
import type { Values } from "@/components/queries/copy-code";
import { FavouriteStar } from "@/components/queries/favourite-star";
import classes from "@/components/queries/queries.module.css";
import { QueryMenu } from "@/components/queries/query-menu";
import type { Reader } from "@/components/queries/saved-query-page";
import { VerifiedMark } from "@/components/queries/verified-mark";
import { ShareButton } from "@/components/sharing/share-button";
import { LinkButton } from "@/components/ui/link-button";
import { RelativeTime } from "@/components/ui/time";
import type { QueryView } from "@/lib/queries/schema";
import { resultsWarehouse } from "@/lib/tables/schema";

interface Props {
  query: QueryView;
  me: Reader;
  values: Values;
  /** The page's primary button. */
  children: ReactNode;
}

/** What a query is, whose, how old, and what can be done with it. */
export function QueryHead({ query, me, values, children }: Props) {
  const { owner, tags } = query;
  return (
    <div className={executionClasses.head}>
      <div className={executionClasses.title}>
        <div className={classes.name}>
          <h1>{query.title}</h1>
          <FavouriteStar path={`/queries/${query.id}`} favourite={query.favourite} />
        </div>
        <div className={executionClasses.facts}>
          {query.archivedAt ? <span>Archived</span> : null}
          {query.verified ? (
            <span>
              <VerifiedMark verified={query.verified} />
            </span>
          ) : null}
          <span>{owner.team ? `${owner.user.name}, ${owner.team.name}` : owner.user.name}</span>
          <span>{query.warehouse.name}</span>
          <span>
            <Link href={`/queries/${query.id}/versions`}>version {query.version}</Link>, changed{" "}
            <RelativeTime at={query.updatedAt} />
          </span>
          {tags.length > 0 ? (
            <span className={classes.tags}>
              {tags.map((tag) => (
                <Link key={tag} href={`/queries?tag=${encodeURIComponent(tag)}`}>
                  {tag}
                </Link>
              ))}
            </span>
          ) : null}
        </div>
      </div>
      <div className={executionClasses.actions}>
        <QueryMenu query={query} values={values} writes={me.writes} />
        {me.writes && query.warehouse.name !== resultsWarehouse ? (
          <LinkButton
            href={`/pipelines/new?query=${query.id}&stage=keep`}
            variant="default"
            leftSection={<IconMoon size={14} aria-hidden />}
          >
            Make this a nightly table
          </LinkButton>
        ) : null}
        {me.writes ? <AddToBoard tile={{ query: query.id, as: "chart", chart: null }} title={query.title} /> : null}
        <ShareButton
          kind="query"
          objectId={query.id}
          runnable
          audience={`Everyone who may use ${query.warehouse.name}`}
        />
        {query.may.edit ? (
          <LinkButton
            href={`/queries/${query.id}/edit`}
            variant="default"
            leftSection={<IconPencil size={14} aria-hidden />}
          >
            Edit
          </LinkButton>
        ) : null}
        {children}
      </div>
    </div>
  );
}
