/** What admins are to be told of a disk `d`: full within 14 days, or nearly so now. */
export const isFilling = `(d.full_at < d.measured_at + interval '14 days'
  or d.free_bytes < least(d.total_bytes / 10, 5::bigint << 30))`;
/** Over only when it is clearly so: a line that wavers about 14 days tells once. */
export const isRoomy = `(coalesce(d.full_at > d.measured_at + interval '21 days', true)
  and d.free_bytes > least(d.total_bytes / 8, 6::bigint << 30))`;
