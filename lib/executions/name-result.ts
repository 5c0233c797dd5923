import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { pool, sql } from "@/lib/platform/db/pool";
import { db } from "@/lib/platform/db/prisma";
import { invalidAt } from "@/lib/platform/errors";
import { getExecution } from "./data";

/** What an execution's own id looks like: a name of that shape could mean either. */
const idShape = /^[0-9a-z]{26}$/;

/**
 * What this person calls the result in their own SQL on Results and files; null takes the name away. A name that stood
 * for another result moves to this one. Of no concern to anybody else, so the audit log does not tell of it.
 * @throws SluiceError not_found, invalid at `name`
 */
export async function nameResult(ctx: Context, id: string, name: string | null): Promise<{ name: string | null }> {
  allow(ctx, "execution.run");
  await getExecution(ctx, id);
  if (name && idShape.test(name))
    throw invalidAt("name", "That looks like the id of an execution. Choose another name.");
  const userId = ctx.user.id;
  await db().$transaction(async (tx) => {
    await tx.resultName.deleteMany({ where: { userId, OR: [{ executionId: id }, ...(name ? [{ name }] : [])] } });
    if (name) await tx.resultName.create({ data: { userId, name, executionId: id } });
  });
  return { name };
}

/** Null where they gave it none. */
export async function resultNameOf(ctx: Context, id: string): Promise<string | null> {
  const { rows } = await pool().query<{ name: string }>(
    "select name from result_names where user_id = $1 and execution_id = $2",
    [ctx.user.id, id],
  );
  return rows[0]?.name ?? null;
}

/** The id of what they call so; null where they call nothing so. */
export async function executionNamed(userId: string, name: string): Promise<string | null> {
  const [row] = await sql<{ execution_id: string }>(
    "result-named",
    "select execution_id from result_names where user_id = $1 and name = $2",
    [userId, name],
  );
  return row?.execution_id ?? null;
}
