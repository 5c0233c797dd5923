-- The end of a token is the end of what it asked for: docs/decisions/0073-a-tokens-end-is-its-works.md. lib/runs/ended-tokens.ts
-- finds what is left of tokens that have ended, and ends it; then what held them goes too.

-- Whether a token, or one that it was rotated to, still speaks for somebody.
create or replace function sluice_token_works(p_token text) returns boolean language plpgsql stable as $$
declare t api_tokens%rowtype;
begin
  select o.* into t from api_tokens o join users u on u.id = o.user_id
    where o.id = p_token and o.revoked_at is null and u.disabled_at is null;
  if not found then return false; end if;
  if t.expires_at is null or t.expires_at > now() then return true; end if;
  return t.replaced_by_id is not null and sluice_token_works(t.replaced_by_id);
end $$;

-- Of these tokens (null: of all) those that have ended while something of them stands. `ends` is what is to end: `all` of one that
-- somebody ended, what `waits` of one that time did, `nothing` where the one it was rotated to works on: that program is meant to.
create or replace function sluice_ended_tokens(p_tokens text[]) returns table (
  id text, name text, owner text, closed boolean, revoked boolean, revoked_by_id text, revoker text, ends text
) language sql stable as $$
  with standing as (
    select e.token_id as id from executions e where e.state in ('queued', 'running') and e.token_id is not null
    union select r.token_id from runs r where r.state in ('queued', 'running') and r.token_id is not null
    union select unnest(p.targets) from pauses p where p.kind = 'token' and p.ended_at is null
    union select l.scope_id from limits l where l.scope = 'token'
  )
  select t.id, t.name, u.name, u.disabled_at is not null, t.revoked_at is not null, t.revoked_by_id, b.name,
    case when t.revoked_at is not null or u.disabled_at is not null then 'all' when sluice_token_works(t.id) then 'nothing' else 'waits' end
  from standing s join api_tokens t on t.id = s.id join users u on u.id = t.user_id left join users b on b.id = t.revoked_by_id
  where (p_tokens is null or t.id = any(p_tokens)) and (t.revoked_at is not null or u.disabled_at is not null or t.expires_at <= now())
$$;

-- Takes away what held a token of which nothing is left: its limits, and its part in pauses. False while something of it is.
create or replace function sluice_forget_token(p_token text, p_reason text, p_by text) returns boolean language plpgsql as $$
declare
  dropped jsonb;
  resumed jsonb;
begin
  if exists (select from executions where token_id = p_token and state in ('queued', 'running', 'cancelling'))
    or exists (select from runs where token_id = p_token and state in ('queued', 'running', 'cancelling')) then
    return false;
  end if;
  with gone as (delete from limits where scope = 'token' and scope_id = p_token returning name, value)
    select jsonb_object_agg(name, value) into dropped from gone;
  -- One that has nobody else stays as it was, with an end.
  with left_alone as (
    update pauses set targets = case when targets <@ array[p_token] then targets else array_remove(targets, p_token) end,
        ended_at = case when targets <@ array[p_token] then clock_timestamp() end
      where kind = 'token' and ended_at is null and p_token = any(targets) returning id
  )
  select jsonb_agg(id) into resumed from left_alone;
  if dropped is not null or resumed is not null then
    insert into audit_entries (id, user_id, action, object, detail) values (sluice_new_id(), p_by, 'token.forget', 'token:' || p_token,
      jsonb_strip_nulls(jsonb_build_object('reason', p_reason, 'limits', dropped, 'pauses', resumed)));
  end if;
  return true;
end $$;

-- As lib/runs/cancel-run.ts asks a run to end, for whoever (null: Sluice itself) ended the token that began it.
create or replace function sluice_cancel_run_of_token(p_run text, p_reason text, p_by text) returns boolean language plpgsql as $$
begin
  if not sluice_cancel_run(p_run, p_reason) then return false; end if;
  insert into audit_entries (id, user_id, action, object, detail)
    values (sluice_new_id(), p_by, 'run.cancel', 'run:' || p_run, jsonb_build_object('reason', p_reason));
  return true;
end $$;
