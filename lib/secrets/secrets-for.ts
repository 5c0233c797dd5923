import { personNow } from "@/lib/access/shares";
import { decrypt } from "@/lib/platform/crypto";
import { sql } from "@/lib/platform/db/pool";
import { db } from "@/lib/platform/db/prisma";
import { SluiceError } from "@/lib/platform/errors";
import { usableBy } from "./data";

/**
 * Values by name, for a worker that hands them to a stage of this pipeline, with its team's and its owner's rights of now.
 * @throws SluiceError not_found naming those that there are not, or that it may not use
 */
export async function secretsFor(
  pipeline: { ownerId: string; teamId: string | null },
  names: string[],
): Promise<Map<string, string>> {
  if (names.length === 0) return new Map();
  const teams = pipeline.teamId === null ? ((await personNow(pipeline.ownerId))?.teamIds ?? []) : [];
  const rows = await db().secret.findMany({
    where: { AND: [{ name: { in: names } }, usableBy(pipeline.teamId, teams)] },
    select: { id: true, name: true, value: true },
  });
  const missing = names.filter((name) => !rows.some((row) => row.name === name));
  if (missing.length > 0)
    throw new SluiceError(
      "not_found",
      `There is no secret ${missing.join(", ")} that this pipeline may use. Store it for the pipeline's team.`,
    );
  // To the minute: a wide fan-out of stages does not queue up for one row.
  await sql(
    "secrets-used",
    `update secrets set last_used_at = now() where id = any($1)
       and (last_used_at is null or last_used_at < now() - interval '1 minute')`,
    [rows.map(({ id }) => id)],
  );
  return new Map(rows.map(({ id, name, value }) => [name, decrypt(value, id)]));
}
