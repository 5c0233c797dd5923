import { beforeAll, beforeEach, expect, it } from "vitest";
import { pool } from "@/lib/platform/db/pool";
import { testDatabase } from "@/lib/testing/database";
import { buildUser, buildWarehouse } from "@/lib/testing/factories";
import { waitingOf } from "./waiting";

let ana: string;
let bo: string;
let warehouse: { id: string; readerId: string };
beforeAll(async () => {
  await testDatabase();
  ana = (await buildUser()).id;
  bo = (await buildUser()).id;
});
beforeEach(async () => {
  warehouse = await buildWarehouse({ slots: 2, perUser: 1 });
  // Each of what is over took ten seconds.
  await add("over", ana, "done", 9, 60);
});

/** So many pieces of a person's, with their statements; what runs was given its slot, and what waits has waited, so many seconds ago. */
const add = (id: string, person: string, state: "done" | "running" | "waiting", count: number, ago: number) =>
  pool().query(
    `with works as (
       insert into work (id, warehouse_id, reader_id, user_id, lane, state, queued_at, admitted_at)
       select $1 || $2 || n, $1, $3, $4, 0, $5::work_state, now() - make_interval(secs => $6) + make_interval(secs => n / 1000.0),
         case when $5 <> 'waiting' then now() - make_interval(secs => $6) end
       from generate_series(1, $7) n returning id)
     insert into statements (id, work_id, warehouse_id, reader_id, sql, state, started_at, finished_at)
     select id, id, $1, $3, 'select 1', (case $5 when 'done' then 'succeeded' when 'running' then 'running' else 'queued' end)::state,
       case when $5 <> 'waiting' then now() - interval '60 seconds' end, case when $5 = 'done' then now() - interval '50 seconds' end
     from works`,
    [warehouse.id, id, warehouse.readerId, person, state, ago, count],
  );

const waits = (id: string) => waitingOf(`${warehouse.id}${id}`);

it("estimates by how long the last runs took, and by the places that come before", async () => {
  await add("r", bo, "running", 1, 1);
  await add("s", ana, "running", 1, 1);
  await add("w", bo, "waiting", 1, 5);
  await add("x", ana, "waiting", 3, 4);
  // One of a person's at a time: the third of Ana's comes after two others of hers, whatever is free.
  expect(await waits("x3")).toMatchObject({
    heldBy: "perUser",
    estimateSeconds: 30,
    estimateBasis:
      "Half of the last runs here took 10.0 s or less; you may run 1 at once, and it is number 3 of yours in line.",
  });
  await pool().query("update warehouses set per_user = 0 where id = $1", [warehouse.id]);
  expect(await waits("x3")).toMatchObject({ position: 4, heldBy: "slots", estimateSeconds: 20 });
});

it("gives no number once what runs has run for much longer than the last did", async () => {
  await add("r", bo, "running", 1, 100);
  await add("s", ana, "running", 1, 15);
  await add("x", ana, "waiting", 1, 4);
  expect(await waits("x1")).toMatchObject({ estimateSeconds: 10 });
  await pool().query("update work set admitted_at = now() - interval '30 seconds' where id = $1", [
    `${warehouse.id}s1`,
  ]);
  expect(await waits("x1")).toMatchObject({
    position: 1,
    estimateSeconds: null,
    estimateBasis: "What runs now takes longer than most did, so nobody knows for how long.",
  });
});
