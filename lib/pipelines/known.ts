import type { Context } from "@/lib/access/context";
import { warehousesOf } from "@/lib/access/reader";
import { wayTo } from "@/lib/access/rights";
import { namedTables, seenOf } from "@/lib/connections/catalog";
import { refusalOf } from "@/lib/egress/destination";
import { pool } from "@/lib/platform/db/pool";
import { usableSecrets } from "@/lib/secrets/data";
import { teamsOf } from "@/lib/teams/data";
import { webhookHosts } from "@/lib/webhooks/destination";
import type { Knows } from "./lint";

/** What the linter and the forms know of the world, as this person's grants show it. */

export interface KnownWarehouse {
  id: string;
  name: string;
  engine: string;
  writer: boolean;
}

/** Not results and files: rows drawn from them close with what they were drawn from, and an artifact would not. */
export async function usableWarehouses(ctx: Context): Promise<KnownWarehouse[]> {
  const { rows } = await pool().query<KnownWarehouse>(
    `select w.id, w.name, w.engine, exists (select 1 from warehouse_roles r where r.warehouse_id = w.id and r.kind = 'writer') as writer
     from warehouses w where w.id = any($1) and not w.personal order by w.name`,
    [await warehousesOf(ctx)],
  );
  return rows;
}

/** Schemas by the warehouse's name that pipelines of these teams may write in; null for an admin, who may anywhere. */
export async function writableSchemas(ctx: Context, team?: string): Promise<Map<string, string[]> | null> {
  if (ctx.user.role === "admin") return null;
  const { rows } = await pool().query<{ warehouse: string; schema: string }>(
    `select distinct w.name as warehouse, g.schema from schema_grants g join warehouses w on w.id = g.warehouse_id
       join teams t on t.id = g.team_id where g.team_id = any($1) and ($2::text is null or t.name = $2) order by 1, 2`,
    [ctx.teamIds, team ?? null],
  );
  const found = new Map<string, string[]>();
  for (const { warehouse, schema } of rows) found.set(warehouse, [...(found.get(warehouse) ?? []), schema]);
  return found;
}

async function teamNames(ctx: Context): Promise<string[]> {
  const { rows } = await pool().query<{ name: string }>(
    "select name from teams where $1 or id = any($2) order by name",
    [ctx.user.role === "admin", ctx.teamIds],
  );
  return rows.map(({ name }) => name);
}

async function uploadNames(ctx: Context): Promise<{ uploads: string[]; archives: string[] }> {
  const { rows } = await pool().query<{ name: string; archive: boolean }>(
    "select name, format = 'archive' as archive from uploads where user_id = $1 and deleted_at is null order by name",
    [ctx.user.id],
  );
  const names = (archive: boolean) => rows.filter((row) => row.archive === archive).map(({ name }) => name);
  return { uploads: names(false), archives: names(true) };
}

/**
 * Secrets that a pipeline of this person's may use: with a team named those of that team, else those of all their own, which
 * a pipeline without a team has.
 */
export async function secretNames(ctx: Context, team?: string): Promise<string[]> {
  const named = team === undefined ? undefined : (await teamsOf(ctx)).find((one) => one.name === team);
  return usableSecrets(named?.id ?? null, ctx.teamIds);
}

/** Those of the people and teams that a document wants told that there are. */
async function toldBy(notify: unknown): Promise<NonNullable<Knows["told"]>> {
  const { people, teams } = (notify ?? {}) as { people?: unknown; teams?: unknown };
  const asked = (value: unknown) =>
    (Array.isArray(value) ? value : []).flatMap((one) => (typeof one === "string" ? [one] : [])).slice(0, 100);
  const [addresses, names] = [asked(people).map((one) => one.toLowerCase()), asked(teams)];
  if (addresses.length + names.length === 0) return { people: [], teams: [] };
  const { rows } = await pool().query<{ people: string[]; teams: string[] }>(
    `select array(select lower(email) from users where lower(email) = any($1) and disabled_at is null and service_team_id is null)
       as people, array(select name from teams where name = any($2)) as teams`,
    [addresses, names],
  );
  return rows[0] ?? { people: [], teams: [] };
}

/** A list of tables that lacks a name is read again unless it is younger. */
const freshMs = 60_000;

/** What a document names, looked up. */
export async function knownTo(ctx: Context, document: unknown): Promise<Knows> {
  const { owner, stages, notify } = (document ?? {}) as Record<"owner" | "stages" | "notify", unknown>;
  const team = typeof owner === "string" ? owner : undefined;
  const [warehouses, granted, teams, files, secrets, told, anyImage] = await Promise.all([
    usableWarehouses(ctx),
    writableSchemas(ctx, team),
    teamNames(ctx),
    uploadNames(ctx),
    secretNames(ctx, team),
    toldBy(notify),
    wayTo(ctx, "image"),
  ]);
  const texts = textsIn(stages);
  const tables = [...texts].filter((text) => /^[^.\s"]+\.[^.\s"]+$/.test(text) && text.length <= 200);
  const named = warehouses.filter(({ name }) => texts.has(name));
  const seen = new Map(
    await Promise.all(named.map(async ({ name }) => [name, await tablesAt(ctx, name, tables)] as const)),
  );
  return {
    warehouses,
    teams,
    ...files,
    secrets,
    told,
    anyImage,
    refusedAddress: (url) => refusalOf(url, webhookHosts()),
    // They are filled in before a document comes here (variables.ts).
    variables: [],
    schemas: (warehouse) => granted && (granted.get(warehouse) ?? []),
    table: (warehouse, table) => {
      const at = seen.get(warehouse);
      return at && tables.includes(table) ? (at.get(table) ?? null) : undefined;
    },
  };
}

/** Undefined: nobody has seen what is there. */
async function tablesAt(
  ctx: Context,
  warehouse: string,
  names: string[],
): Promise<Map<string, { columns: string[] }> | undefined> {
  if (names.length === 0) return undefined;
  const read = async () => {
    const found = await namedTables(ctx, warehouse, names);
    return new Map<string, { columns: string[] }>(
      found.map(
        ({ schema, name, columns }) => [`${schema}.${name}`, { columns: columns.map((one) => one.name) }] as const,
      ),
    );
  };
  const first = await read();
  if (names.every((name) => first.has(name))) return first;
  const { at } = await seenOf(ctx, warehouse, freshMs);
  return at ? read() : undefined;
}

/** Every text among a document's parameters, without recursion: it may be nested as deep as its size allows. */
function textsIn(stages: unknown): Set<string> {
  const found = new Set<string>();
  const open = Array.isArray(stages)
    ? stages.map((stage: unknown) => (stage as { params?: unknown } | null)?.params)
    : [];
  while (open.length > 0) {
    const one = open.pop();
    if (typeof one === "string") found.add(one);
    else if (typeof one === "object" && one !== null) open.push(...Object.values(one));
  }
  return found;
}
