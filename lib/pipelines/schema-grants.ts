import { sql } from "@/lib/platform/db/pool";

/** Schemas of a warehouse in which a team's pipelines may write. */
export async function grantedSchemas(team: string | null, warehouse: string): Promise<string[]> {
  if (team === null) return [];
  const rows = await sql<{ schema: string }>(
    "granted_schemas",
    "select schema from schema_grants where team_id = $1 and warehouse_id = $2 order by 1",
    [team, warehouse],
  );
  return rows.map(({ schema }) => schema);
}

/** Names of the roles, in the warehouse itself, that read there for a team: what it makes, they may read. */
export async function readersOf(team: string | null, warehouse: string): Promise<string[]> {
  const rows = await sql<{ username: string }>(
    "readers_of",
    `select distinct r.username from grants g join warehouse_roles r on r.id = g.reader_id
     where g.team_id = $1 and g.warehouse_id = $2 and r.kind = 'reader' order by 1`,
    [team, warehouse],
  );
  return rows.map(({ username }) => username);
}
