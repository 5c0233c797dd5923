import { db, type Transaction } from "@/lib/platform/db/prisma";
import { env } from "@/lib/platform/env";
import { SluiceError } from "@/lib/platform/errors";
import { newId } from "@/lib/platform/ids";
import { forgetSessions } from "./sessions";

export type Provider = "google" | "github" | "oidc" | "iap";

/** What a provider vouches for, after its signature was checked. */
export interface Proven {
  provider: Provider;
  /** The provider's own id of the person. */
  subject: string;
  email: string;
  /** The provider says that this person reads what is sent there. */
  emailVerified: boolean;
  name: string | null;
  /** Null where the provider knows no groups: then teams stay as they are. */
  groups: string[] | null;
}

interface Account {
  id: string;
  email: string;
  name: string;
}

/** Why somebody who proved who they are still does not get in. The codes stand in the sign-in page's address. */
const refusals = {
  unverified: "The provider does not vouch for your e-mail address. Verify it there, then try again.",
  domain: "Nobody has made an account for this e-mail address. Ask an admin of Sluice for one.",
  disabled: "Your account was closed. Ask an admin if it should not have been.",
  other: "This e-mail address belongs to another account of that provider. Ask an admin to look.",
} as const;
export type RefusalCode = keyof typeof refusals;

/** What the sign-in page says for a code in its address: one of ours, or one of next-auth's. */
export function refusalWords(code: string): string {
  return Object.hasOwn(refusals, code)
    ? refusals[code as RefusalCode]
    : "Signing in there did not work. Try again; if it goes on, tell an admin.";
}

export class SignOnRefused extends SluiceError {
  constructor(readonly reason: RefusalCode) {
    super("forbidden", refusals[reason]);
  }
}

/**
 * The account of somebody whom a provider vouches for: by the provider's own id; the first time by a verified e-mail
 * address, which makes a viewer where its domain is allowed. Teams follow the groups. @throws SignOnRefused
 */
export async function accountFor(proven: Proven, address: string | null): Promise<Account> {
  const email = proven.email.trim().toLowerCase();
  const { provider, subject } = proven;
  const { account, changed } = await db().$transaction(async (tx) => {
    // Two first sign-ons of one person at once meet here.
    await tx.$queryRaw`select pg_advisory_xact_lock(hashtextextended(${`${provider} ${subject}`}, 7204))::text`;
    const known = await tx.identity.findUnique({
      where: { provider_subject: { provider, subject } },
      include: { user: true },
    });
    const user = known?.user ?? (await firstTime(tx, proven, email, address));
    if (user.disabledAt) throw new SignOnRefused("disabled");
    const now = new Date();
    if (known)
      await tx.identity.update({ where: { provider_subject: { provider, subject } }, data: { lastUsedAt: now } });
    else await tx.identity.create({ data: { provider, subject, userId: user.id } });
    const moved = await followGroups(tx, user.id, proven.groups, provider, address);
    return { account: { id: user.id, email: user.email, name: user.name }, changed: moved };
  });
  if (changed) forgetSessions();
  return account;
}

async function firstTime(tx: Transaction, proven: Proven, email: string, address: string | null) {
  // Else somebody who typed another's address at a careless provider would be them.
  if (!proven.emailVerified) throw new SignOnRefused("unverified");
  const user = await tx.user.findFirst({ where: { email: { equals: email, mode: "insensitive" } } });
  if (user) {
    const before = await tx.identity.findFirst({ where: { userId: user.id, provider: proven.provider } });
    // An address that was given to the next person does not hand its account on.
    if (before) throw new SignOnRefused("other");
    return user;
  }
  if (!env().SIGN_IN_DOMAINS.includes(email.slice(email.lastIndexOf("@") + 1))) throw new SignOnRefused("domain");
  const name = proven.name?.trim().slice(0, 100) || email.slice(0, email.indexOf("@"));
  const made = await tx.user.create({ data: { id: newId(), email, name, role: "viewer" } });
  await note(tx, made.id, "user.create", `user:${made.id}`, { email, name, by: proven.provider }, address);
  return made;
}

/** Puts a person into the teams that their groups name and out of those that only other groups name. */
async function followGroups(
  tx: Transaction,
  userId: string,
  groups: string[] | null,
  provider: Provider,
  address: string | null,
): Promise<boolean> {
  const mapping = env().SIGN_IN_TEAMS;
  if (groups === null || mapping.length === 0) return false;
  const teams = await tx.team.findMany({
    where: { name: { in: mapping.map(({ team }) => team) } },
    include: { members: { where: { userId } } },
  });
  const wanted = new Set(mapping.filter(({ group }) => groups.includes(group)).map(({ team }) => team));
  const joins = teams.filter(({ name, members }) => wanted.has(name) && members.length === 0);
  const leaves = teams.filter(({ name, members }) => !wanted.has(name) && members.length > 0);
  if (joins.length + leaves.length === 0) return false;
  await tx.teamMember.createMany({ data: joins.map(({ id }) => ({ teamId: id, userId })) });
  await tx.teamMember.deleteMany({ where: { userId, teamId: { in: leaves.map(({ id }) => id) } } });
  const detail = { joined: joins.map(({ name }) => name), left: leaves.map(({ name }) => name), by: provider };
  await note(tx, userId, "user.teams", `user:${userId}`, detail, address);
  return true;
}

function note(tx: Transaction, userId: string, action: string, object: string, detail: object, address: string | null) {
  return tx.auditEntry.create({ data: { id: newId(), userId, action, object, detail, address } });
}
