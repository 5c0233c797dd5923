import { lanes } from "@/lib/executions/schema";
import { sql } from "@/lib/platform/db/pool";
import { type Hold, scopeWords } from "./hold";

interface Held {
  lane: number;
  user_id: string;
  user_name: string;
  token_name: string | null;
  hold: Hold | null;
}

/** Of people whom a pause of teams holds: of which of those teams they are, by pause and person. */
export type HeldTeams = ReadonlyMap<string, string>;

const keyOf = (pause: string, person: string) => `${pause} ${person}`;

/** One question for all rows, and none where no pause of teams holds any. */
export async function heldTeams(rows: Held[]): Promise<HeldTeams> {
  const held = rows.flatMap(({ hold, user_id }) =>
    hold?.heldBy === "pause" && hold.of === "team" ? [{ pause: hold.id, person: user_id }] : [],
  );
  if (held.length === 0) return new Map();
  const found = await sql<{ pause: string; person: string; names: string }>(
    "held_teams",
    `select p.id as pause, m.user_id as person, string_agg(t.name, ', ' order by t.name) as names
     from pauses p join teams t on to_jsonb(p.targets) ? t.id join team_members m on m.team_id = t.id
     where p.id = any($1) and m.user_id = any($2) group by 1, 2`,
    [held.map(({ pause }) => pause), held.map(({ person }) => person)],
  );
  return new Map(found.map(({ pause, person, names }) => [keyOf(pause, person), names]));
}

/** The same that the waiting person reads, for an admin who looks at all of them. */
export function heldOf(hold: Hold, row: Held, teams: HeldTeams): string {
  if (hold.heldBy === "limit") return `Limit ${hold.name} of ${scopeWords(hold)}: ${hold.value}`;
  const what = {
    everything: "",
    lane: ` (lane ${lanes[row.lane]})`,
    // Who left the team meanwhile is held no more at the next look.
    team: ` (team ${teams.get(keyOf(hold.id, row.user_id)) ?? ""})`.replace(" )", ")"),
    person: ` (${row.user_name})`,
    token: ` (token ${row.token_name ?? ""})`.replace(" )", ")"),
  };
  return `Paused${what[hold.of]}${hold.reason ? `: ${hold.reason}` : ""}`;
}
