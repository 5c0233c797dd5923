import type { Context } from "@/lib/access/context";
import { warehousesOf } from "@/lib/access/reader";
import { pool } from "@/lib/platform/db/pool";
import { SluiceError } from "@/lib/platform/errors";

/** A pipeline as the reads select it. */
export interface PipelineRow {
  id: string;
  name: string;
  title: string | null;
  owner_id: string;
  owner_name: string;
  team_id: string | null;
  team_name: string | null;
  version: number;
  source: string | null;
  warehouses: string[];
  archived_at: Date | null;
  created_at: Date;
  updated_at: Date;
}

export const rowColumns = `p.id, p.name, p.title, p.owner_id, u.name as owner_name, p.team_id, t.name as team_name, p.version,
  p.source, p.warehouses, p.archived_at, p.created_at, p.updated_at`;
export const rowTables = "pipelines p join users u on u.id = p.owner_id left join teams t on t.id = p.team_id";

/**
 * Who opens what the stages of a pipeline `p` handed on, kept and printed, as a condition: its owner, the team that owns it,
 * and admins. Whoever may use its warehouses may do so through a reader that sees less. The places are those of the person,
 * of their teams, and of whether they are an admin.
 */
export const opensPipeline = (user: string, teams: string, admin: string) =>
  `(${admin} or p.owner_id = ${user} or p.team_id = any(${teams}))`;

/** Who sees a pipeline `p` and its runs: they, and whoever may use every warehouse that it names. */
export const seesPipeline = (user: string, teams: string, warehouses: string, admin: string) =>
  `(${opensPipeline(user, teams, admin)} or cardinality(p.warehouses) > 0 and p.warehouses <@ ${warehouses}::text[])`;

/** The values for `opensPipeline`, in its order. */
export const opener = (ctx: Context): [string, string[], boolean] => [
  ctx.user.id,
  ctx.teamIds,
  ctx.user.role === "admin",
];

/** The values for `seesPipeline`, in its order. */
export const seer = async (ctx: Context): Promise<[string, string[], string[], boolean]> => [
  ctx.user.id,
  ctx.teamIds,
  await warehousesOf(ctx),
  ctx.user.role === "admin",
];

/** By name or id. @throws SluiceError not_found, also where it is none of theirs */
export async function pipelineFor(ctx: Context, name: string): Promise<PipelineRow> {
  const { rows } = await pool().query<PipelineRow>(
    `select ${rowColumns} from ${rowTables} where (p.name = $5 or p.id = $5) and ${seesPipeline("$1", "$2", "$3", "$4")}`,
    [...(await seer(ctx)), name],
  );
  if (rows[0]) return rows[0];
  throw new SluiceError("not_found", `There is no pipeline "${name.slice(0, 100)}" that you may open.`);
}

/** As `opensPipeline`, of a row that was read. */
export const isTheirs = (ctx: Context, row: Pick<PipelineRow, "owner_id" | "team_id">): boolean =>
  ctx.user.role === "admin" ||
  row.owner_id === ctx.user.id ||
  (row.team_id !== null && ctx.teamIds.includes(row.team_id));

/** Its owner, members of the team that owns it, and admins; a viewer changes and starts nothing. */
export const mayEditPipeline = (ctx: Context, row: Pick<PipelineRow, "owner_id" | "team_id">): boolean =>
  ctx.user.role !== "viewer" && isTheirs(ctx, row);

/** @throws SluiceError forbidden, saying whom to ask */
export function requirePipelineEdit(ctx: Context, row: PipelineRow): void {
  if (mayEditPipeline(ctx, row)) return;
  const who = row.team_name ? `${row.owner_name} or the team ${row.team_name}` : row.owner_name;
  throw new SluiceError("forbidden", `This pipeline is ${who}'s to change and to run. Ask them.`);
}
