-- Of a warehouse's own load two more that an admin may call hot (lib/gate/heat.ts); null: not looked at.
alter table warehouses
  add column hot_oldest_minutes integer,
  add column hot_engine_slots integer;
