import type { Context } from "@/lib/access/context";
import { seer, seesPipeline } from "@/lib/pipelines/row";
import { pool } from "@/lib/platform/db/pool";

export interface Use {
  secret: string;
  pipeline: string;
  stage: string;
  /** Whether the one who asks may see that pipeline. */
  seen: boolean;
}

/**
 * Stages of live pipelines that name one of these secrets: wherever in a stage's parameters `{secret: name}` stands. What signs
 * a pipeline's own messages is used by its `notify`.
 */
export async function usesOf(ctx: Context, secrets: string[]): Promise<Use[]> {
  if (secrets.length === 0) return [];
  const { rows } = await pool().query<Use>(
    `select distinct named #>> '{}' as secret, p.name as pipeline, s ->> 'id' as stage,
       ${seesPipeline("$1", "$2", "$3", "$4")} as seen
     from pipelines p join pipeline_versions v on v.pipeline_id = p.id and v.number = p.version
       cross join jsonb_array_elements(v.document -> 'stages') s
       cross join jsonb_path_query(s -> 'params', 'strict $.**{1 to last}?(@.type() == "object").secret', silent => true) named
     where p.archived_at is null and named #>> '{}' = any($5)
     union select v.document #>> '{notify,webhook,secret}', p.name, 'notify', ${seesPipeline("$1", "$2", "$3", "$4")}
     from pipelines p join pipeline_versions v on v.pipeline_id = p.id and v.number = p.version
     where p.archived_at is null and v.document #>> '{notify,webhook,secret}' = any($5) order by 1, 2, 3`,
    [...(await seer(ctx)), secrets],
  );
  return rows;
}
