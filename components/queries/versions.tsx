import Link from "next/link";
import { StatementText } from "@/components/executions/statement-text";
import { RestoreVersion } from "@/components/queries/restore-version";
import { TextDiff } from "@/components/queries/text-diff";
import classes from "@/components/queries/versions.module.css";
import { RelativeTime } from "@/components/ui/time";
import type { QueryVersionView, QueryView } from "@/lib/queries/schema";

interface Props {
  query: QueryView;
  /** Newest first. */
  versions: QueryVersionView[];
  /** The version that is looked at, and what it is compared with. */
  shown: QueryVersionView;
  against: QueryVersionView | undefined;
}

/** Every text that a query had, what each changed, and the way back to it. */
export function Versions({ query, versions, shown, against }: Props) {
  const latest = shown.number === query.version;
  return (
    <div className={classes.page}>
      <nav className={classes.list} aria-label="Versions">
        {versions.map((version) => (
          <Link
            key={version.number}
            data-row
            href={`/queries/${query.id}/versions?version=${version.number}`}
            aria-current={version.number === shown.number ? "page" : undefined}
          >
            <span className={classes.number}>
              Version {version.number}
              {version.number === query.version ? " (now)" : ""}
              {version.verified ? ", verified" : ""}
            </span>
            <span className={classes.meta}>
              {version.author.name}, <RelativeTime at={version.createdAt} focusable={false} />
            </span>
          </Link>
        ))}
      </nav>
      <div className={classes.main}>
        <div className={classes.head}>
          <h2>{against ? `Version ${shown.number} beside version ${against.number}` : `Version ${shown.number}`}</h2>
          {against && !latest && against.number !== query.version ? (
            <Link href={`/queries/${query.id}/versions?version=${shown.number}&against=${query.version}`}>
              Compare with the latest
            </Link>
          ) : null}
          {query.may.edit && !latest ? <RestoreVersion query={query} number={shown.number} /> : null}
        </div>
        {against ? (
          <Changes before={against} after={shown} />
        ) : (
          <>
            <p className={classes.meta}>The first version; there is nothing before it to compare with.</p>
            <StatementText sql={shown.sql} />
          </>
        )}
      </div>
    </div>
  );
}

interface Texts {
  title: string;
  description: string;
  sql: string;
  parameters: unknown[];
  tags: string[];
}

/** Each part that differs between two texts of a query. */
export function Changes({ before, after }: { before: Texts; after: Texts }) {
  const parts = (["title", "sql", "parameters", "description", "tags"] as const)
    .map((part) => ({ part, before: asText(before[part]), after: asText(after[part]) }))
    .filter((each) => each.before !== each.after);
  if (parts.length === 0) return <p>Nothing differs in title, SQL, parameters, description and tags.</p>;
  return parts.map((each) => (
    <TextDiff key={each.part} label={labels[each.part]} before={each.before} after={each.after} />
  ));
}

const labels = { title: "Title", sql: "SQL", parameters: "Parameters", description: "Description", tags: "Tags" };

/** Parameters as lines, keys in one order: what is the same must read the same. */
function asText(value: string | unknown[]): string {
  if (typeof value === "string") return value;
  return value
    .map((one) => (typeof one === "string" ? one : JSON.stringify(one, Object.keys(flat(one)).sort(), 1)))
    .join("\n");
}

function flat(value: unknown): Record<string, true> {
  const keys: Record<string, true> = {};
  JSON.stringify(value, (key, inner) => {
    if (key) keys[key] = true;
    return inner;
  });
  return keys;
}
