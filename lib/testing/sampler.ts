import { sampleWarehouses } from "@/lib/gate/sample";
import { sql } from "@/lib/platform/db/pool";

/** As if so many seconds had passed, for the sampler and for the rule by which slots follow what it finds. */
export async function later(seconds = 10, warehouse: string | null = null): Promise<void> {
  await sql(
    "t-later",
    `update load_samplers set claimed_at = claimed_at - make_interval(secs => $1::int), state = case
       when state ? 'slowing' then jsonb_set(jsonb_set(state, '{slowing,changedAt}', to_jsonb((state #>> '{slowing,changedAt}')::bigint - $1::int * 1000)),
         '{alert,hotSince}', coalesce(to_jsonb((state #>> '{alert,hotSince}')::bigint - $1::int * 1000), 'null'))
       else state end
     where $2::text is null or warehouse_id = $2`,
    [seconds, warehouse],
  );
}

/** So many samples, one every 10 s, of all warehouses or as if time went by for one alone. */
export async function samples(n: number, warehouse: string | null = null): Promise<void> {
  for (; n > 0; n--) {
    await later(10, warehouse);
    await sampleWarehouses();
  }
}
