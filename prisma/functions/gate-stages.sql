-- What limits mean for attempts of stages, which hold a slot in each warehouse that they need (decision 0080).

-- What limits allow an attempt in the warehouses where it holds a slot: {<warehouse>: sluice_caps}, as they stand now. Null
-- where there are none.
create or replace function sluice_attempt_caps(p_attempt text) returns jsonb language sql stable as $$
  select jsonb_object_agg(k.warehouse_id, sluice_caps(k.warehouse_id, k.user_id, k.token_id))
  from work k join warehouses w on w.id = k.warehouse_id where k.attempt_id = p_attempt and w.ruled
$$;
