-- Attempts to prove who one is (lib/access/rate-limit.ts), counted here so that all web processes share them.

-- How many seconds none of these keys may try again, by the one that waits longest; null: each may.
create or replace function sluice_attempts_left(p_keys text[], p_most int[]) returns int language sql stable as $$
  select max(greatest(1, ceil(extract(epoch from f.at + interval '15 minutes' - clock_timestamp()))))::int
  from unnest(p_keys, p_most) k(key, most)
  -- The oldest of as many as it may have: once it is 15 minutes old, there is room for another.
  cross join lateral (select at from failed_attempts f where f.key = k.key and f.at > now() - interval '15 minutes'
    order by at desc offset k.most - 1 limit 1) f
$$;

-- Counts an attempt, as failed until it is taken back. Of two at once the second waits and finds the first, whichever
-- process asks. Null; or the seconds to wait, and nothing is counted.
create or replace function sluice_attempt(p_id text, p_keys text[], p_most int[]) returns int language plpgsql as $$
declare seconds int;
begin
  perform pg_advisory_xact_lock(hashtextextended('failed attempts ' || k, 0)) from (select k from unnest(p_keys) k order by k) o;
  seconds := sluice_attempts_left(p_keys, p_most);
  if seconds is not null then return seconds; end if;
  delete from failed_attempts where ctid = any(array(
    select ctid from failed_attempts where at < now() - interval '15 minutes' limit 1000 for update skip locked));
  insert into failed_attempts (id, key, at) select p_id, k, clock_timestamp() from unnest(p_keys) k;
  return null;
end $$;
