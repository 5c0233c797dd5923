import { likeText } from "@/lib/platform/db/like";
import { pool } from "@/lib/platform/db/pool";

interface AuditObject {
  /** What it is called today; null where it has no name, or is gone. */
  name: string | null;
  /** Its page, below our own origin; null where it has none, or is gone. */
  url: string | null;
}

/** What there is one of, or a few that are no rows of ours: what an entry says of it stands on one page for all. */
const fixed = new Map<string, AuditObject>([
  ["company", { name: "The whole company", url: "/admin/load/limits" }],
  ["gate", { name: "All warehouses", url: "/admin/load" }],
  ["role:viewer", { name: "Viewers", url: "/admin/rights" }],
  ["role:editor", { name: "Editors", url: "/admin/rights" }],
  ["role:admin", { name: "Admins", url: "/admin/rights" }],
  ["audit:log", { name: "The audit log", url: "/admin/audit" }],
]);

/** Kind, id's column, name and page of everything that an entry can be about and that has a name or a page; `$2` reads the log. */
const kinds: [kind: string, from: string, name: string, url: string][] = [
  ["user", "users o", "o.name", "'/admin/users#' || o.id"],
  // As limits of people were written once.
  ["person", "users o", "o.name", "'/admin/users#' || o.id"],
  ["team", "teams o", "o.name", "'/admin/users#' || o.id"],
  ["warehouse", "warehouses o", "o.name", "'/admin/warehouses/' || o.name"],
  ["token", "api_tokens o join users u on u.id = o.user_id", "o.name || ' of ' || u.name", "'/admin/users#' || u.id"],
  ["session", "sessions o join users u on u.id = o.user_id", "u.name", "'/admin/users#' || u.id"],
  ["query", "queries o", "o.title", "'/queries/' || o.id"],
  ["board", "boards o", "o.title", "'/boards/' || o.id"],
  ["chart", "charts o", "o.title", "'/charts/' || o.id"],
  ["pipeline", "pipelines o", "coalesce(o.title, o.name)", "'/pipelines/' || o.name"],
  ["secret", "secrets o", "o.name", "'/settings/secrets#' || o.name"],
  [
    "run",
    "runs o left join pipelines p on p.id = o.pipeline_id left join tries y on y.run_id = o.id",
    "coalesce(p.name, y.saves->>'table', y.name)",
    "'/runs/' || o.id",
  ],
  ["execution", "executions o", "left(o.sql, 80)", "'/executions/' || o.id"],
  ["comment", "comments o", "left(o.text, 80)", "'/executions/' || o.execution_id"],
  ["erasure", "erasures o", "o.about", "'/admin/erasures#' || o.id"],
  [
    "upload",
    "uploads o join users u on u.id = o.user_id",
    "o.name || ' of ' || u.name",
    // Nobody opens another's file, admins neither: it leads to whose it is.
    "case when o.user_id = $2 and o.deleted_at is null then '/files?file=' || o.id else '/admin/users#' || u.id end",
  ],
  [
    "trigger",
    `triggers o left join queries q on q.id = o.query_id left join boards b on b.id = o.board_id
     left join pipelines p on p.id = o.pipeline_id`,
    "coalesce(q.title, b.title, p.title, p.name)",
    "coalesce('/queries/' || o.query_id, '/boards/' || o.board_id, '/pipelines/' || p.name)",
  ],
  ["share", "shares o", "null", objectUrl()],
  ["request", "access_requests o", "null", objectUrl()],
  // Noted only when it is removed: whether it still is there is asked all the same.
  ["file", "stored_files o join pipelines p on p.id = o.pipeline_id", "o.path", "'/pipelines/' || p.name"],
];

/** An address of a server that was tried before a warehouse was made of it: no row, and its own name. */
const tried = "host:";

function objectUrl(): string {
  return `case o.kind when 'query' then '/queries/' when 'board' then '/boards/' when 'chart' then '/charts/'
    when 'execution' then '/executions/' end || o.object_id`;
}

/** What stands before the colon of everything that is known here. */
export const auditKinds = new Set([tried, ...fixed.keys()].map((one) => one.split(":", 1)[0] as string));
for (const [kind] of kinds) auditKinds.add(kind);

/** By `kind:id`. @param reader whose pages are led to, where only its owner opens a thing */
export async function describeObjects(objects: string[], reader: string): Promise<Map<string, AuditObject>> {
  const { rows } = await pool().query<{ object: string } & AuditObject>(
    kinds
      .map(
        ([kind, from, name, url]) =>
          `select '${kind}:' || o.id as object, ${name} as name, ${url} as url from ${from} where o.id = any($1)`,
      )
      .join(" union all "),
    [objects.map((object) => object.slice(object.indexOf(":") + 1)), reader],
  );
  const hosts = objects.filter((object) => object.startsWith(tried));
  return new Map([
    ...fixed,
    ...hosts.map((host) => [host, { name: host.slice(tried.length), url: "/admin/warehouses" }] as const),
    ...rows.map(({ object, name, url }) => [object, { name, url: url && encodeURI(url) }] as const),
  ]);
}

/** `kind:id` of what is called so today; at most 300 that are rows. */
export async function objectsNamed(words: string): Promise<string[]> {
  const named = kinds.filter(([kind]) => ["user", "person", "team", "warehouse", "query", "board"].includes(kind));
  const { rows } = await pool().query<{ object: string }>(
    `${named
      .map(([kind, from, name]) => `(select '${kind}:' || o.id as object from ${from} where ${name} ilike $1 limit 60)`)
      .join(" union all ")} limit 300`,
    [`%${likeText(words)}%`],
  );
  const known = [...fixed].filter(([, { name }]) => name?.toLowerCase().includes(words.toLowerCase()));
  return [...known.map(([object]) => object), ...rows.map(({ object }) => object)];
}
