import type { Lane } from "@/lib/executions/schema";

export type Role = "viewer" | "editor" | "admin";

/** Who is asking. Only lib/access makes one (from a session or a token), and each verb takes it first. */
export interface Context {
  user: { id: string; email: string; name: string; role: Role; timeZone: string | null };
  /** The browser's own session, so that it can be told from the person's others; null when a token asks. */
  sessionId: string | null;
  /** Set when a token asks, not a browser. */
  tokenId: string | null;
  /** What the token may do; null in a browser: all that the person may do. */
  scopes: string[] | null;
  /** The foremost lane that its token was given; absent where it was given none. */
  lane?: Lane;
  /** An AI assistant asks, by the Model Context Protocol (lib/mcp). */
  assistant?: true;
  teamIds: string[];
  /** Where the request came from, for the audit log. */
  address: string | null;
  source: "web" | "api";
  /** An admin who looks as `user`, until then: nothing can be changed (policy.ts, audit.ts). */
  viewedBy?: { id: string; name: string; until: Date };
}

/** A person as the look-ups by session and by token both read it. */
export interface Person {
  user_id: string;
  email: string;
  name: string;
  role: Role;
  time_zone: string | null;
  team_ids: string[];
}

export const personColumns = `u.id as user_id, u.email, u.name, u.role::text as role, u.time_zone,
  array(select m.team_id from team_members m where m.user_id = u.id order by 1) as team_ids`;

export function contextOf(
  person: Person,
  asked: Pick<Context, "sessionId" | "tokenId" | "scopes" | "address"> & { lane?: Lane | null },
): Context {
  return {
    user: {
      id: person.user_id,
      email: person.email,
      name: person.name,
      role: person.role,
      timeZone: person.time_zone,
    },
    sessionId: asked.sessionId,
    tokenId: asked.tokenId,
    scopes: asked.scopes,
    ...(asked.lane ? { lane: asked.lane } : {}),
    teamIds: person.team_ids,
    address: asked.address,
    source: asked.tokenId ? "api" : "web",
  };
}
