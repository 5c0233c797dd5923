import { sql } from "@/lib/platform/db/pool";
import { SluiceError } from "@/lib/platform/errors";
import type { Context } from "./context";
import { type Right, rights } from "./schema";

const words: Record<Right, string> = {
  download: "Downloading",
  image: "Running any container image in a pipeline",
  link: "Making links that open to whoever has them",
};

/** Whether a person is allowed `right`, as a condition; the places of the person's id, role (as text) and teams. */
const allowed = (right: string, user: string, role: string, teams: string) =>
  `exists (select 1 from rights r where r.name = ${right} and (r.scope = 'role' and r.scope_id = ${role}
    or r.scope = 'team' and r.scope_id = any(${teams}) or r.scope = 'person' and r.scope_id = ${user}))`;

/** The same of somebody who does not ask: the person whose id stands in that place. */
export const personHas = (right: Right, user: string) =>
  `exists (select 1 from users p where p.id = ${user} and ${allowed(
    `'${right}'`,
    "p.id",
    "p.role::text",
    "array(select m.team_id from team_members m where m.user_id = p.id)",
  )})`;

/** Those that somebody has, by themselves, their role or a team. */
export async function rightsOf(ctx: Context): Promise<Right[]> {
  const rows = await sql<{ name: Right }>(
    "rights-of",
    `select n.name from unnest($4::text[]) n(name) where ${allowed("n.name", "$1", "$2", "$3")}`,
    [ctx.user.id, ctx.user.role, ctx.teamIds, rights],
  );
  return rows.map(({ name }) => name);
}

/** @throws SluiceError forbidden, naming the admins who can allow it (to an admin: where) */
export async function requireRight(ctx: Context, right: Right): Promise<void> {
  if ((await rightsOf(ctx)).includes(right)) return;
  throw new SluiceError("forbidden", wordsOf(right, await askingFor(ctx)), { right });
}

/** What is not allowed to somebody, each with the words that refuse it. */
export async function refusalsTo(ctx: Context): Promise<Partial<Record<Right, string>>> {
  const has = await rightsOf(ctx);
  const missing = rights.filter((right) => !has.includes(right));
  if (missing.length === 0) return {};
  const way = await askingFor(ctx);
  return Object.fromEntries(missing.map((right) => [right, wordsOf(right, way)]));
}

/** What to do about a right that somebody lacks; null where they have it. */
export async function wayTo(ctx: Context, right: Right): Promise<string | null> {
  return (await rightsOf(ctx)).includes(right) ? null : askingFor(ctx);
}

/** An admin needs nobody, and has no more than was allowed either. */
async function askingFor({ user }: Context): Promise<string> {
  if (user.role === "admin") return "You are an admin: allow it on the page Rights of Admin.";
  return `Ask ${await whomToAsk()} to allow it to you, your team or your role.`;
}

const wordsOf = (right: Right, way: string) => `${words[right]} is not allowed to you. ${way}`;

/** Admins, in words. */
export async function whomToAsk(): Promise<string> {
  const admins = await sql<{ name: string; email: string }>(
    "rights-admins",
    "select name, email from users where role = 'admin' and disabled_at is null and service_team_id is null order by created_at limit 3",
    [],
  );
  const names = admins.map(({ name, email }) => `${name} (${email})`);
  return new Intl.ListFormat("en", { type: "disjunction" }).format(names) || "an admin";
}
