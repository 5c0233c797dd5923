import { sql } from "@/lib/platform/db/pool";

/** The file that a pipeline's team, or its owner where it has none, keeps under a path. */
export async function fileOfPipeline(
  pipeline: { teamId: string | null; ownerId: string },
  path: string,
): Promise<{ storeKey: string; name: string } | null> {
  const [row] = await sql<{ storeKey: string; name: string }>(
    "file-of-pipeline",
    `select store_key as "storeKey", path as name from stored_files where home = $1 and path = $2`,
    [pipeline.teamId ?? pipeline.ownerId, path.replace(/^files\//, "")],
  );
  return row ?? null;
}
