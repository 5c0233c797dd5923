import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { runQuery } from "@/lib/executions/run-query";
import type { Submitted } from "@/lib/executions/schema";
import { resultsWarehouse } from "@/lib/tables/schema";
import { type ArtifactPlace, artifactFor } from "./data";
import { artifactTable } from "./schema";

/**
 * Makes an execution of it over results and files, so that it has a grid, charts, SQL, sharing and downloads as any other.
 * @param executionId chosen by who must not make it twice
 * @throws SluiceError forbidden, not_found
 */
export async function openArtifact(ctx: Context, place: ArtifactPlace, executionId?: string): Promise<Submitted> {
  allow(ctx, "execution.run");
  const { stage, output } = await artifactFor(ctx, place);
  const sql = `select *\nfrom artifacts."${artifactTable(place.id, stage, output)}"`;
  return runQuery(ctx, { warehouse: resultsWarehouse, sql, executionId });
}
