import { audit } from "@/lib/access/audit";
import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { encrypt } from "@/lib/platform/crypto";
import { db, type Transaction } from "@/lib/platform/db/prisma";
import { taken } from "@/lib/platform/db/taken";
import { invalidAt, SluiceError } from "@/lib/platform/errors";
import { newId } from "@/lib/platform/ids";
import { teamsOf } from "@/lib/teams/data";
import { mayChangeSecret } from "./data";
import type { PutSecret } from "./schema";

/**
 * Makes a secret, or changes one: a value that is given takes the place of the old one, for every stage that starts from
 * then on. Whose it is stays, since another team's pipelines would else get what was not meant for them.
 * @throws SluiceError forbidden, invalid at `value` or `team`, conflict where it is another team's
 */
export async function putSecret(
  ctx: Context,
  name: string,
  input: PutSecret,
): Promise<{ outcome: "created" | "changed" }> {
  allow(ctx, "secret.write");
  const teams = await teamsOf(ctx);
  return db().$transaction(async (tx) => {
    // Whoever changes it at once waits here.
    const [known] = await tx.$queryRaw<{ id: string; team_id: string | null }[]>`
      select id, team_id from secrets where name = ${name} for update`;
    if (!known) return create(tx, ctx, name, input, teams);
    const ours = mayChangeSecret(ctx, known.team_id);
    if (!ours && known.team_id !== null && !ctx.teamIds.includes(known.team_id)) throw nameTaken(name);
    if (!ours) throw new SluiceError("forbidden", `The secret ${name} is the company's. Ask an admin to change it.`);
    if (input.team !== undefined && teamIdOf(input.team, teams) !== known.team_id)
      throw new SluiceError(
        "conflict",
        `The secret ${name} is another's. Delete it there first, or take another name.`,
      );
    await change(tx, ctx, { id: known.id, name }, input);
    return { outcome: "changed" };
  });
}

type Teams = { id: string; name: string }[];

/** @throws SluiceError invalid */
function teamIdOf(asked: string | null, teams: Teams): string | null {
  if (asked === null) return null;
  const found = teams.find(({ id, name }) => id === asked || name === asked);
  if (!found) throw invalidAt("team", `There is no team ${asked} that you are in.`);
  return found.id;
}

const takenWords = (name: string) => `There is a secret ${name} already, of others. Take another name.`;
const nameTaken = (name: string) => {
  const message = takenWords(name);
  return new SluiceError("forbidden", message, { fields: [{ field: "name", message }] });
};

async function create(
  tx: Transaction,
  ctx: Context,
  name: string,
  { value, note = "", team }: PutSecret,
  teams: Teams,
): Promise<{ outcome: "created" }> {
  if (value === undefined) throw invalidAt("value", `There is no secret ${name} yet, so it needs a value.`);
  const [only, ...others] = ctx.teamIds;
  if (team === undefined && (only === undefined || others.length > 0))
    throw invalidAt("team", "Say whose pipelines may use it: a team, or null for the whole company.");
  const teamId = team === undefined ? (only ?? null) : teamIdOf(team, teams);
  if (!mayChangeSecret(ctx, teamId))
    throw new SluiceError("forbidden", "A secret of the whole company is for admins to make. Name one of your teams.");
  const id = newId();
  await tx.secret
    .create({ data: { ...{ id, name, teamId, note, byId: ctx.user.id }, value: encrypt(value, id) } })
    .catch(taken("name", takenWords(name)));
  await audit(tx, ctx, "secret.create", `secret:${id}`, { name, team: teamId });
  return { outcome: "created" };
}

async function change(
  tx: Transaction,
  ctx: Context,
  { id, name }: { id: string; name: string },
  { value, note }: PutSecret,
): Promise<void> {
  const rotated = value === undefined ? {} : { value: encrypt(value, id), rotatedAt: new Date(), byId: ctx.user.id };
  await tx.secret.update({ where: { id }, data: { ...rotated, ...(note === undefined ? {} : { note }) } });
  await audit(tx, ctx, value === undefined ? "secret.change" : "secret.rotate", `secret:${id}`, { name });
}
