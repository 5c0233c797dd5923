import { Button, NativeSelect, TextInput } from "@mantine/core";
import Link from "next/link";
import filters from "@/components/admin/audit.module.css";
import classes from "@/components/admin/table.module.css";
import { Empty } from "@/components/ui/empty";
import { FilterFold } from "@/components/ui/filter-fold";
import { LinkButton } from "@/components/ui/link-button";
import { PageHead } from "@/components/ui/page-head";
import { ExactTime } from "@/components/ui/time";

export interface AuditItem {
  id: string;
  at: string;
  user: { id: string; name: string } | null;
  tokenId: string | null;
  action: string;
  object: string;
  objectName: string | null;
  url: string | null;
  detail: unknown;
  address: string | null;
}

/** As the page's address has it; what is not asked for is absent. */
export type AuditAsked = Partial<
  Record<"q" | "action" | "object" | "address" | "user" | "from" | "to" | "cursor", string>
>;

interface Props {
  items: AuditItem[];
  next: string | null;
  asked: AuditAsked;
  people: { id: string; name: string }[];
  /** All that the log has. */
  actions: string[];
  /** The address of the export of what is asked for. */
  exported: string;
}

/** Append-only, so a plain form and links are enough: the page's address is its whole state. */
export function AuditList({ items, next, asked, people, actions, exported }: Props) {
  const { cursor, ...filter } = asked;
  const choices = [...new Set(actions.flatMap((name) => [name.slice(0, name.indexOf(".") + 1), name]))].filter(Boolean);
  const filtered = Object.keys(filter).length > 0;
  return (
    <>
      <PageHead title="Audit" note="What was changed, by whom, from where. Nothing here can be edited.">
        <Button component="a" href={`/api/v1/audit/export?${exported}`} variant="default" download>
          Export CSV
        </Button>
      </PageHead>
      <FilterFold set={Object.keys(filter).length}>
        <form className={filters.filters}>
          <NativeSelect label="Who" name="user" defaultValue={asked.user ?? ""}>
            <option value="">Anyone</option>
            {people.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </NativeSelect>
          <NativeSelect label="What" name="action" defaultValue={asked.action ?? ""}>
            <option value="">Anything</option>
            {asked.action && !choices.includes(asked.action) ? (
              <option value={asked.action}>{asked.action}</option>
            ) : null}
            {choices.map((name) => (
              <option key={name} value={name}>
                {name.endsWith(".") ? `${name}…` : name}
              </option>
            ))}
          </NativeSelect>
          <TextInput label="Words" name="q" placeholder="name or detail" defaultValue={asked.q} />
          <TextInput label="Address" name="address" placeholder="10.0.0.7" defaultValue={asked.address} />
          {asked.object ? <input type="hidden" name="object" value={asked.object} /> : null}
          <TextInput label="From" name="from" type="date" defaultValue={asked.from} />
          <TextInput label="To" name="to" type="date" defaultValue={asked.to} />
          <Button type="submit" size="sm" variant="default">
            Filter
          </Button>
          {filtered ? (
            <LinkButton href="/admin/audit" size="sm" variant="subtle">
              Clear
            </LinkButton>
          ) : null}
        </form>
      </FilterFold>
      {items.length === 0 ? (
        <Empty title={filtered ? "Nothing that was recorded fits" : "Nothing was recorded yet"} />
      ) : (
        <AuditTable items={items} />
      )}
      <p className={filters.pages}>
        {cursor ? <Link href={`/admin/audit?${new URLSearchParams(filter)}`}>Newest</Link> : null}
        {next ? <Link href={`/admin/audit?${new URLSearchParams({ ...filter, cursor: next })}`}>Older</Link> : null}
      </p>
    </>
  );
}

function AuditTable({ items }: Pick<Props, "items">) {
  return (
    <table className={classes.table}>
      <thead>
        <tr>
          <th className={classes.wide}>When</th>
          <th className={classes.wide}>Who</th>
          <th>What</th>
          <th className={classes.wide}>From</th>
        </tr>
      </thead>
      <tbody>
        {items.map((item) => (
          <tr key={item.id}>
            <td className={`${classes.wide} ${filters.when}`}>
              <ExactTime at={item.at} />
            </td>
            <td className={`${classes.wide} ${filters.who}`}>
              {item.user?.name ?? "Sluice"}
              {item.tokenId ? <div className={classes.quiet}>by token</div> : null}
            </td>
            <td className={filters.what}>
              <span className={classes.mono}>{item.action}</span>{" "}
              {item.url ? (
                <Link href={item.url} title={item.object} prefetch={false}>
                  {item.objectName ?? shortened(item.object)}
                </Link>
              ) : (
                <span title={item.object}>{item.objectName ?? shortened(item.object)}</span>
              )}{" "}
              <Link
                className={classes.quiet}
                href={`/admin/audit?object=${encodeURIComponent(item.object)}`}
                aria-label={`All entries about ${item.objectName ?? item.object}`}
                prefetch={false}
              >
                all of it
              </Link>
              <div className={`${classes.quiet} ${classes.narrow}`}>
                {item.user?.name ?? "Sluice"}
                {item.tokenId ? " by token" : ""}, <ExactTime at={item.at} />
                {item.address ? ` from ${item.address}` : ""}
              </div>
              <Detail detail={item.detail} />
            </td>
            <td className={`${classes.wide} ${classes.mono}`}>{item.address ?? ""}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** An id says nothing; its end tells two of a kind apart. */
function shortened(object: string): string {
  const at = object.indexOf(":");
  return object.length - at > 20 ? `${object.slice(0, at)} …${object.slice(-6)}` : object;
}

function inWords(value: unknown): string {
  if (Array.isArray(value) && value.every((each) => typeof each === "string")) return value.join(", ") || "none";
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** What was given, as `name value` pairs; folded where it is long. */
function Detail({ detail }: { detail: unknown }) {
  const pairs = Object.entries((detail ?? {}) as Record<string, unknown>).filter(([, value]) => value !== undefined);
  if (pairs.length === 0) return null;
  const text = pairs.map(([name, value]) => `${name} ${inWords(value)}`);
  const whole = text.join(" · ");
  if (whole.length <= 120) return <div className={classes.quiet}>{whole}</div>;
  return (
    <details className={classes.quiet}>
      <summary>{whole.slice(0, 100)}…</summary>
      <pre className={filters.detail}>{JSON.stringify(detail, null, 2)}</pre>
    </details>
  );
}
