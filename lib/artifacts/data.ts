import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { sql } from "@/lib/platform/db/pool";
import { SluiceError } from "@/lib/platform/errors";
import { goneIfMissing } from "@/lib/platform/store/missing";
import { store } from "@/lib/platform/store/open";
import type { Held } from "@/lib/platform/store/store";
import { artifactKey } from "@/lib/runs/artifacts";
import { openedRun, runFor } from "@/lib/runs/row";
import { noteVisit } from "@/lib/usage/visits";
import type { ArtifactItem } from "./schema";

export interface Artifact extends Omit<ArtifactItem, "files" | "createdAt"> {
  /** In order. */
  files: { name: string; bytes: number; sha256: string }[];
  created_at: Date;
}

/** Which one is meant. */
export interface ArtifactPlace {
  id: string;
  stage: string;
  output: string;
}

const select = `select s.stage, f.output, f.attempt_id as attempt, f.format, f.rows, f.bytes, f.files, f.columns, f.created_at
  from run_stages s join artifacts f on f.attempt_id = s.attempt_id where s.run_id = $1 and s.state = 'succeeded'`;

/** What the stages of a run have published, in the document's order. @throws SluiceError not_found */
export async function listArtifacts(ctx: Context, id: string): Promise<{ items: ArtifactItem[]; next: null }> {
  allow(ctx, "pipeline.read");
  const run = await runFor(ctx, id);
  const rows = await sql<Artifact>("artifacts", `${select} order by s.position, f.output`, [run.id]);
  const items = rows.map(({ files, created_at, ...one }) => ({
    ...one,
    files: files.length,
    createdAt: created_at.toISOString(),
  }));
  return { items, next: null };
}

/** One of a run that this person may open, and opens. @throws SluiceError not_found, forbidden */
export async function artifactFor(ctx: Context, { id, stage, output }: ArtifactPlace): Promise<Artifact> {
  const run = await openedRun(ctx, id);
  const [found] = await sql<Artifact>("artifact", `${select} and s.stage = $2 and f.output = $3`, [
    run.id,
    stage,
    output,
  ]);
  if (found) {
    if (!run.tried && !run.saves) noteVisit(ctx, "pipeline", run.pipeline_id);
    return found;
  }
  throw new SluiceError("not_found", `The stage ${stage} of this run has published no ${output}.`);
}

export const goneWords = ({ output, stage }: Pick<Artifact, "output" | "stage">): string =>
  `The output ${output} of ${stage} is not kept any more. Run the stage again.`;

/** Its files on this machine, in order, until they are let go. @throws SluiceError gone */
export async function holdArtifact({ attempt, output, stage, files }: Artifact): Promise<Held> {
  return store()
    .hold(files.map(({ name }) => artifactKey(attempt, output, name)))
    .catch(goneIfMissing(goneWords({ output, stage })));
}
