import { audit } from "@/lib/access/audit";
import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { db } from "@/lib/platform/db/prisma";
import { SluiceError } from "@/lib/platform/errors";
import { feel } from "./feel";

interface Moved {
  warehouse: string;
  /** Of a stage. */
  run: string | null;
  stage: string | null;
  moved: boolean;
}

/**
 * Puts the waiting work of an execution (a batch as a whole) before all others of its warehouse, or back to the end of
 * the last lane, from where it rises as everything does. Pauses, limits and slots hold it as before. A stage, named by
 * its attempt's id, is moved in every warehouse that it waits for, since it takes the slots of all or none.
 * @throws SluiceError not_found; conflict when it does not wait any more
 */
export async function moveWork(ctx: Context, id: string, to: "first" | "last"): Promise<void> {
  allow(ctx, "gate.write");
  const first = to === "first";
  const warehouses = await db().$transaction(async (tx) => {
    const rows = await tx.$queryRaw<Moved[]>`
      select k.warehouse_id as warehouse, a.run_id as run, a.stage, sluice_move(k.id, ${first}) as moved from (
        select s.work_id as id from executions e join statements s on s.id = e.statement_id where e.id = ${id}
        union all select id from work where attempt_id = ${id}
      ) one join work k on k.id = one.id left join attempts a on a.id = k.attempt_id`;
    const [row] = rows;
    if (!row && !(await tx.attempt.findUnique({ where: { id }, select: { id: true } })))
      throw new SluiceError("not_found", "There is no such execution or stage.");
    if (!rows.some(({ moved }) => moved))
      throw new SluiceError("conflict", "It does not wait any more, so there is nothing to move.");
    await audit(tx, ctx, "gate.move", row?.run ? `run:${row.run}` : `execution:${id}`, {
      to,
      ...(row?.stage ? { stage: row.stage } : {}),
    });
    return rows.map(({ warehouse }) => warehouse);
  });
  for (const warehouse of warehouses) await feel(warehouse);
}
