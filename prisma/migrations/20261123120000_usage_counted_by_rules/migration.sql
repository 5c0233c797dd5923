-- A day that was closed before something more was counted is given only that, later (lib/usage/count-usage.ts): what it says
-- already stays, also of what is gone since.
alter table usage_counted add column rules smallint not null default 0;

-- People of the query page are those with executions there. Who came for pipelines alone has a line of their own from now on,
-- the past ones by the audit log.
delete from usage_weeks w where source = 'page' and not exists (
  select from usage_days d where d.user_id = w.user_id and d.source = 'page' and d.executions > 0
    and d.day >= w.week and d.day < w.week + 7);
