import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { seesQuery } from "@/lib/access/queries";
import { warehousesOf } from "@/lib/access/reader";
import { pool } from "@/lib/platform/db/pool";
import { itemColumns, itemOf, type QueryRow, rowTables } from "./row";
import type { QueryItem } from "./schema";

export interface HomeQueries {
  /** Starred, the newest star first. */
  favourites: QueryItem[];
  /** Run or changed by this person, the last first. */
  recent: QueryItem[];
  /** What each team of theirs owns, last changed first. */
  teams: { id: string; name: string; items: QueryItem[]; total: number }[];
}

const most = 8;

/** The saved queries that a person's home page begins with. */
export async function homeQueries(ctx: Context): Promise<HomeQueries> {
  allow(ctx, "query.read");
  const mine = [ctx.user.id, await warehousesOf(ctx), ctx.teamIds];
  const seen = `${seesQuery("q", "$2", "$1", "$3")} and q.archived_at is null`;
  const [favourites, recent, ours] = await Promise.all([
    pool().query<QueryRow>(
      `select ${itemColumns} from ${rowTables} join favourites s on s.kind = 'query' and s.object_id = q.id and s.user_id = $1
       where ${seen} order by s.created_at desc limit ${most}`,
      mine,
    ),
    pool().query<QueryRow>(
      `with used as (
         (select query_id as id, submitted_at as at from executions where user_id = $1 and query_id is not null
           order by id desc limit 200)
         union all
         (select object_id, at from (select substring(object from 7) as object_id, at from audit_entries
           where user_id = $1 and action in ('query.create', 'query.update') order by id desc limit 50) a)),
       last as (select id, max(at) as at from used group by id)
       select ${itemColumns} from ${rowTables} join last l on l.id = q.id where ${seen} order by l.at desc limit ${most}`,
      mine,
    ),
    pool().query<QueryRow & { total: number }>(
      `select * from (select ${itemColumns}, count(*) over (partition by q.team_id)::int as total,
         row_number() over (partition by q.team_id order by q.updated_at desc, q.id desc) as place
         from ${rowTables} where ${seen} and q.team_id = any($3)) of_teams
       where place <= ${most} order by lower(team_name), place`,
      mine,
    ),
  ]);
  const teams: HomeQueries["teams"] = [];
  for (const row of ours.rows) {
    const { team_id: id, team_name: name, total } = row;
    if (!id || !name) continue;
    if (teams.at(-1)?.id !== id) teams.push({ id, name, items: [], total });
    teams.at(-1)?.items.push(itemOf(row));
  }
  return { favourites: favourites.rows.map(itemOf), recent: recent.rows.map(itemOf), teams };
}
