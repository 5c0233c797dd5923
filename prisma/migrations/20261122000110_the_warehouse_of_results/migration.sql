-- The one warehouse that every installation has: SQL over saved results and uploaded files.
insert into warehouses (id, name, engine, config, slots, per_user, statement_timeout, personal, updated_at)
select 'results-and-files', case when exists (select 1 from warehouses where name = 'Results and files')
  then 'Results and files (Sluice)' else 'Results and files' end, 'duckdb', '{}', 2, 1, 600, true, now();
