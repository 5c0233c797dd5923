import { audit } from "@/lib/access/audit";
import type { Context } from "@/lib/access/context";
import { mayOpen } from "@/lib/access/may-open";
import { allow } from "@/lib/access/policy";
import type { Admitted } from "@/lib/jobs/job";
import { offer } from "@/lib/jobs/queue";
import { durable, sql } from "@/lib/platform/db/pool";
import { db } from "@/lib/platform/db/prisma";
import { SluiceError } from "@/lib/platform/errors";
import { stateOf } from "./row";
import type { ExecutionState } from "./schema";

export type CancelOutcome = "left" | "cancelled" | "cancelling" | "ended";

/**
 * Gives up one execution; only its owner and admins may. `cancelling` means that the worker stops it now and the
 * state follows once the warehouse confirms. Asking twice, or too late, is no error.
 */
export async function cancelExecution(ctx: Context, id: string, reason?: string): Promise<CancelOutcome> {
  allow(ctx, "execution.cancel");
  const execution = await db().execution.findUnique({
    where: { id },
    select: {
      id: true,
      userId: true,
      warehouseId: true,
      queryId: true,
      shareId: true,
      statement: { select: { readerId: true } },
    },
  });
  const readerId = execution?.statement.readerId;
  const own = execution?.userId === ctx.user.id;
  // Also of what only its author may read: an admin frees the slot that it holds.
  const stops = own || ctx.user.role === "admin";
  if (!execution || !readerId || !(stops || (await mayOpen(ctx, { ...execution, readerId })))) {
    throw new SluiceError("not_found", "There is no such execution that you may open.");
  }
  if (!stops) {
    throw new SluiceError("forbidden", "Only the person who ran this, or an admin, may stop it.");
  }
  const said = reason?.trim();
  const words = said || (own ? `Stopped by ${ctx.user.name}.` : `Stopped by ${ctx.user.name}, an admin.`);
  const answer = await db().$transaction(async (tx) => {
    const rows = await tx.$queryRaw<{ answer: { outcome: CancelOutcome; admitted: Admitted[] } | null }[]>`
      select sluice_cancel(${id}, ${words}) as answer`;
    const outcome = rows[0]?.answer;
    if (outcome && outcome.outcome !== "ended") {
      await audit(tx, ctx, "execution.cancel", `execution:${id}`, {
        outcome: outcome.outcome,
        ...(said ? { reason: said } : {}),
      });
    }
    return outcome;
  });
  offer(answer?.admitted ?? []);
  await durable();
  return answer?.outcome ?? "ended";
}

/** What it is after a stop, for whoever could ask for one: an admin stops what they may not open, too. */
export async function stateAfterStop(id: string): Promise<ExecutionState> {
  const [row] = await sql<Parameters<typeof stateOf>[0]>(
    "execution-state",
    `select e.state::text, s.state::text as statement_state from executions e
     join statements s on s.id = e.statement_id where e.id = $1`,
    [id],
  );
  if (!row) throw new Error(`the execution ${id} is gone`);
  return stateOf(row);
}
