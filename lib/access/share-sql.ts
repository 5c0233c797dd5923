import { personHas } from "./rights";

/** A share `s` that is neither revoked nor over. */
export const liveShare = "s.revoked_at is null and (s.expires_at is null or s.expires_at > now())";

/** A share `s` that names this person; $1 is the person and $2 their teams. A link names whoever has opened it. */
export const namesPerson = `(s.audience = 'company' or s.user_id = $1 or (s.audience = 'team' and s.team_id = any($2))
  or (s.audience = 'link' and exists (select 1 from share_openings o where o.share_id = s.id and o.user_id = $1)))`;

/** A share `s` that opens now to those whom it names: a link as long as its sharer may make links. */
export const opensNow = `${liveShare} and (s.audience <> 'link' or ${personHas("link", "s.sharer_id")})`;
