import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { pool } from "@/lib/platform/db/pool";
import { testDatabase } from "@/lib/testing/database";
import { buildUser, buildWarehouse } from "@/lib/testing/factories";

/**
 * The order itself, asked of sluice_admit over a simulated clock: what waits is written as it would be after so many
 * minutes, one slot is given, and its work ends at once. No queue and no worker take part, so nothing is timed.
 */

let warehouse: { id: string; readerId: string };
let people: string[];
beforeAll(async () => {
  await testDatabase();
  people = await Promise.all(Array.from({ length: 3 }, async () => (await buildUser()).id));
});
beforeEach(async () => {
  warehouse = await buildWarehouse({ slots: 1 });
});

const lanes = { interactive: 0, api: 1, scheduled: 2, backfill: 3 };

/** Work that has waited so many minutes, `count` pieces a second's fraction apart. */
async function wait(id: string, person: number, lane: keyof typeof lanes, minutes: number, count = 1): Promise<void> {
  await pool().query(
    `insert into work (id, warehouse_id, reader_id, user_id, lane, queued_at)
     select $1 || lpad(n::text, 6, '0'), $2, $3, $4, $5, now() - make_interval(mins => $6) + make_interval(secs => n / 1000.0)
     from generate_series(1, $7) n`,
    [`${warehouse.id} ${id}`, warehouse.id, warehouse.readerId, people[person], lanes[lane], minutes, count],
  );
}

/** As time passes for what waits. */
const pass = (minutes: number) =>
  pool().query(
    "update work set queued_at = queued_at - make_interval(mins => $2) where warehouse_id = $1 and state = 'waiting'",
    [warehouse.id, minutes],
  );

/** Ends what runs, and says which piece gets its slot. */
async function next(): Promise<string> {
  await pool().query(
    "update work set state = 'done', ended_at = now() where warehouse_id = $1 and state = 'admitted'",
    [warehouse.id],
  );
  const { rows } = await pool().query<{ admitted: { id: string }[] }>("select sluice_regate($1) as admitted", [
    warehouse.id,
  ]);
  return rows[0]?.admitted[0]?.id.split(" ")[1] ?? "";
}

async function nexts(count: number): Promise<string[]> {
  const order: string[] = [];
  for (let n = 0; n < count; n++) order.push(await next());
  return order;
}

describe("turns", () => {
  it("let a first query pass 1,000 of another at the next free slot", async () => {
    await wait("a", 0, "interactive", 0, 1_000);
    expect(await next()).toBe("a000001");
    await wait("b", 1, "interactive", 0);
    expect(await next()).toBe("b000001");
  });

  it("come round to each person before anybody's second", async () => {
    for (const [n, id] of ["a", "b", "c"].entries()) await wait(id, n, "api", 0, 100);
    const order = await nexts(9);
    for (const round of [order.slice(0, 3), order.slice(3, 6), order.slice(6)])
      expect(new Set(round.map((id) => id[0]))).toEqual(new Set(["a", "b", "c"]));
  });
});

describe("lanes", () => {
  it("keep their precedence, also among one person's own", async () => {
    await wait("d", 0, "backfill", 0);
    await wait("c", 1, "scheduled", 0);
    await wait("b", 2, "api", 0);
    await wait("a", 0, "interactive", 0);
    expect((await nexts(4)).map((id) => id[0])).toEqual(["a", "b", "c", "d"]);
  });

  it("do not change for what came while somebody who looks was waiting for the lock", async () => {
    await wait("b", 1, "api", 0);
    await wait("a", 0, "interactive", -1);
    expect(await nexts(2)).toEqual(["a000001", "b000001"]);
  });

  it.each([
    ["api", 5],
    ["scheduled", 10],
    ["backfill", 15],
  ] as const)("let %s rise to the first after %i minutes, and not before", async (lane, minutes) => {
    await wait("a", 0, "interactive", 0, 3);
    await wait("z", 1, lane, minutes - 1);
    expect(await next()).toBe("a000001");
    await pass(1);
    expect(await next()).toBe("z000001");
  });

  it("starve nothing: backfill comes through an endless flood of interactive work", async () => {
    await wait("z", 0, "backfill", 0, 5);
    let came = 0;
    const seen: number[] = [];
    // A minute a step; in each two others bring more than the one slot can do.
    for (let minute = 0; minute < 30 && seen.length < 5; minute++) {
      for (const person of [1, 2])
        await wait(`m${String(minute).padStart(2, "0")}p${person}`, person, "interactive", 0);
      const got = await next();
      came += 1;
      if (got.startsWith("z")) seen.push(came);
      await pass(1);
    }
    // 15 minutes to rise, then each third turn.
    expect(seen[0]).toBe(16);
    expect(seen).toHaveLength(5);
    expect(Math.max(...seen.slice(1).map((step, n) => step - (seen[n] ?? 0)))).toBeLessThanOrEqual(3);
  });
});

it("looks at no more than the oldest of each person, token and lane", async () => {
  await wait("a", 0, "api", 0, 1_000);
  await wait("b", 1, "backfill", 0, 1_000);
  const { rows } = await pool().query<{ id: string }>("select id from sluice_heads($1) order by id", [warehouse.id]);
  expect(rows.map((row) => row.id.split(" ")[1])).toEqual(["a000001", "b000001"]);
});
