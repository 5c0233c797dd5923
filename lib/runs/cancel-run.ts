import { audit } from "@/lib/access/audit";
import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { pipelineFor, requirePipelineEdit } from "@/lib/pipelines/row";
import { db } from "@/lib/platform/db/prisma";
import { moveOn } from "./move-on";
import { runFor } from "./row";

/**
 * Asks a run to end: what waits does not begin, what runs is stopped, and the run is `cancelled` when nothing of it is left.
 * Asking twice, or too late, is no error. @throws SluiceError forbidden, not_found
 */
export async function cancelRun(ctx: Context, id: string, reason?: string): Promise<void> {
  allow(ctx, "pipeline.run");
  const run = await runFor(ctx, id);
  // One without a pipeline is seen by those alone who may end it.
  if (run.tried === null && run.saves === null) requirePipelineEdit(ctx, await pipelineFor(ctx, run.pipeline_id));
  const said = reason?.trim();
  const words = `Cancelled by ${ctx.user.name}${said ? `: ${said}` : "."}`;
  const asked = await db().$transaction(async (tx) => {
    const [row] = await tx.$queryRaw<{ asked: boolean }[]>`select sluice_cancel_run(${id}, ${words}) as asked`;
    if (row?.asked) await audit(tx, ctx, "run.cancel", `run:${id}`, said ? { reason: said } : {});
    return row?.asked === true;
  });
  if (asked) await moveOn(id);
}
