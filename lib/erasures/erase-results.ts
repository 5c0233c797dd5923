import { setTimeout as delay } from "node:timers/promises";
import { audit } from "@/lib/access/audit";
import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { db } from "@/lib/platform/db/prisma";
import { SluiceError } from "@/lib/platform/errors";
import { newId } from "@/lib/platform/ids";
import { logger } from "@/lib/platform/logger";
import { countSql, type ErasureCounts, erasureViewOf } from "./data";
import { findResults, targetOf } from "./find-results";
import { removeErasedFiles } from "./remove-files";
import type { ErasureRequest, ErasureView } from "./schema";

/** How long the answer waits for the files; what is left goes on, and is taken up again by a worker. */
const patienceMs = 5_000;

/**
 * Erases stored rows for good, shared ones and those of boards too. From the transaction on nobody is shown them; their
 * files follow. SQL, parameters, times and counts stay.
 * @throws SluiceError not_found, invalid at the field, conflict when there is more than was shown to who asks, or nothing
 */
export async function eraseResults(ctx: Context, asked: ErasureRequest): Promise<ErasureView> {
  allow(ctx, "result.erase");
  const target = await targetOf(asked);
  const upTo = new Date(Math.min(Date.parse(asked.upTo), Date.now()));
  const { ids } = await findResults(target, upTo);
  refuseMore(ids.length, asked.results);
  const id = newId();
  const row = await db().$transaction(
    async (tx) => {
      // Housekeeping may expire some meanwhile: what is counted is what is erased here.
      const held = await tx.$queryRaw<{ id: string }[]>`select id from statements where id = any(${ids})
        and (head is not null or result_key is not null) order by id for update`;
      const statements = held.map((one) => one.id);
      refuseMore(statements.length, asked.results);
      const [counts] = await tx.$queryRawUnsafe<ErasureCounts[]>(countSql, statements);
      const made = await tx.erasure.create({
        data: {
          ...{ id, byId: ctx.user.id, about: target.about, reason: asked.reason, upTo },
          warehouseId: target.warehouse?.id ?? null,
          tableName: asked.table ?? null,
          personId: target.person?.id ?? null,
          results: statements.length,
          executions: counts?.executions ?? 0,
          people: counts?.people ?? 0,
          bytes: BigInt(counts?.bytes ?? 0),
        },
        include: { by: { select: { id: true, name: true } } },
      });
      await tx.$executeRaw`update statements set head = null, result_key = null, erasure_id = ${id},
        head_rows = case when state = 'succeeded' then head_rows else 0 end,
        expired_at = case when state = 'succeeded' then now() end,
        expired_by = case when state = 'succeeded' then ${ctx.user.name} end where id = any(${statements})`;
      await tx.boardAnswer.deleteMany({ where: { statementId: { in: statements } } });
      await audit(tx, ctx, "result.erase", `erasure:${id}`, {
        ...{ of: target.about, reason: asked.reason, upTo: upTo.toISOString() },
        ...{ warehouse: target.warehouse?.id, table: asked.table, person: target.person?.id },
        ...{ results: made.results, executions: made.executions, people: made.people, bytes: Number(made.bytes) },
      });
      return made;
    },
    { timeout: 50_000 },
  );
  const removal = removeErasedFiles(id).catch((error: Error) => {
    logger.warn({ erasure: id, error: error.message }, "erased files stay in the store until a worker removes them");
    return null;
  });
  const filesGoneAt = await Promise.race([removal, delay(patienceMs, null, { ref: false })]);
  return erasureViewOf({ ...row, filesGoneAt });
}

function refuseMore(found: number, shown: number): void {
  if (found === 0) throw new SluiceError("conflict", "There is nothing left to erase. Look again.");
  if (found <= shown) return;
  throw new SluiceError(
    "conflict",
    `These are ${found.toLocaleString("en-US")} results now, and you were shown ${shown.toLocaleString("en-US")}. Look again.`,
  );
}
