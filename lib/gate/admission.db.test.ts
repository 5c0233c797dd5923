import fc from "fast-check";
import { beforeAll, expect, it } from "vitest";
import { pool } from "@/lib/platform/db/pool";
import { newId } from "@/lib/platform/ids";
import { testDatabase } from "@/lib/testing/database";
import { buildUser, buildWarehouse } from "@/lib/testing/factories";
import "@/lib/testing/seed";

/**
 * Crowds by chance, and the order in which sluice_admit serves them, against the rule written down plainly: after each slot
 * that is given everything is looked at anew. Each crowd stands before its own warehouse, and nothing of it runs.
 */

interface Piece {
  id: string;
  person: number;
  lane: number;
  raised: boolean;
  /** Minutes; never near a whole five, where its lane changes. */
  waited: number;
}

interface Crowd {
  /** Free ones. */
  slots: number;
  /** 0: any number. */
  perUser: number;
  /** How many of each person's run already. */
  running: number[];
  /** Minutes since each person's last turn; null: never had one, and runs nothing. */
  turns: (number | null)[];
  waiting: Piece[];
  /** Whom or what a pause holds. */
  paused: { person: number } | { lane: number } | null;
  /** The most that may run, by a limit of the warehouse. */
  limit: number | null;
}

const count = 6;
const laneNames = ["interactive", "api", "scheduled", "backfill"];
let people: string[];
let warehouse: string;
beforeAll(async () => {
  await testDatabase();
  people = await Promise.all(Array.from({ length: count }, async () => (await buildUser()).id));
  warehouse = (await buildWarehouse()).id;
});

const upTo = (max: number) => fc.integer({ min: 0, max });
const person = upTo(count - 1);
const lane = upTo(3);
const minutes = fc.tuple(upTo(5), fc.integer({ min: 100, max: 400 })).map(([fives, rest]) => fives * 5 + rest / 100);

const crowds: fc.Arbitrary<Crowd> = fc
  .record({
    slots: upTo(12),
    perUser: fc.constantFrom(0, 0, 1, 2, 4),
    running: fc.array(fc.constantFrom(0, 0, 0, 1, 2), { minLength: count, maxLength: count }),
    turns: fc.array(fc.option(minutes), { minLength: count, maxLength: count }),
    waiting: fc.array(
      fc.record({
        ...{ person, lane, waited: minutes },
        raised: upTo(19).map((n) => n === 0),
      }),
      { maxLength: 60 },
    ),
    paused: fc.option(fc.oneof(fc.record({ person }), fc.record({ lane })), { freq: 2 }),
    limit: fc.option(upTo(16), { freq: 2 }),
  })
  .map(({ running, turns, waiting, ...rest }) => ({
    ...rest,
    running,
    turns: turns.map((at, n) => at ?? (running[n] ? 300 : null)),
    waiting: waiting.map((piece, n) => ({ ...piece, id: `w${String(n).padStart(3, "0")}` })),
  }));

/** The ids in the order in which slots are given. */
function byTheRule({ slots, perUser, running, turns, waiting, paused, limit }: Crowd): string[] {
  const counts = [...running];
  const used = () => counts.reduce((sum, n) => sum + n, 0);
  // Bigger is later; those of now come after all before.
  const last = turns.map((minutes) => (minutes === null ? Number.NEGATIVE_INFINITY : -minutes));
  const most = Math.min(used() + slots, limit ?? Number.POSITIVE_INFINITY);
  const order: string[] = [];
  const left = new Set(waiting);
  const laneNow = ({ lane, waited }: Piece) => Math.max(0, lane - Math.floor(waited / 5));
  const key = (piece: Piece) => [
    piece.raised ? 0 : 1,
    laneNow(piece),
    counts[piece.person] ?? 0,
    last[piece.person] ?? 0,
    -piece.waited,
  ];
  const before = (a: Piece, b: Piece) => {
    const [own, other] = [key(a), key(b)];
    const n = own.findIndex((value, i) => value !== other[i]);
    return n < 0 ? a.id.localeCompare(b.id) : (own[n] ?? 0) - (other[n] ?? 0);
  };
  while (used() < most) {
    const free = [...left].filter(
      (piece) =>
        !(paused && ("person" in paused ? piece.person === paused.person : piece.lane === paused.lane)) &&
        (perUser === 0 || (counts[piece.person] ?? 0) < perUser),
    );
    const [next] = free.sort(before);
    if (!next) break;
    left.delete(next);
    order.push(next.id);
    counts[next.person] = (counts[next.person] ?? 0) + 1;
    last[next.person] = order.length;
  }
  return order;
}

interface Row extends Omit<Piece, "raised"> {
  raised?: boolean;
  state: "waiting" | "running" | "done";
}

async function byTheGate({ slots, perUser, running, turns, waiting, paused, limit }: Crowd): Promise<string[]> {
  const id = newId();
  const all = running.reduce((sum, n) => sum + n, slots);
  await pool().query(
    `with w as (
       insert into warehouses (id, name, engine, config, updated_at, slots, per_user)
       select $1, $1, engine, config, now(), $2, $3 from warehouses where id = $4 returning id)
     insert into warehouse_roles (id, warehouse_id, kind, name, username, secret)
     select id, id, 'reader', id, '', '' from w`,
    [id, all, perUser, warehouse],
  );
  if (paused) {
    const pause = "person" in paused ? ["person", people[paused.person]] : ["lane", laneNames[paused.lane]];
    const insert = "insert into pauses (id, warehouse_id, kind, targets) values ($1, $1, $2, array[$3])";
    await pool().query(insert, [id, ...pause]);
  }
  if (limit !== null) {
    const insert = "insert into limits (scope, scope_id, name, value) values ('warehouse', $1, 'running', $2)";
    await pool().query(insert, [id, limit]);
  }
  const rows: Row[] = turns.flatMap((since, person) => {
    // The last turn of whoever runs something is when that began.
    const began = (what: Row["state"], n: number): Row => ({
      ...{ id: `${what}${person}-${n}`, person, lane: 0, state: what, waited: (since ?? 0) + n },
    });
    const theirs = Array.from({ length: running[person] ?? 0 }, (_, n) => began("running", n));
    return since === null ? [] : [...theirs, began("done", 0)];
  });
  await pool().query(
    `insert into work (id, warehouse_id, reader_id, user_id, lane, raised, state, queued_at, admitted_at)
     select $1 || o.id, $1, $1, ($3::text[])[o.person + 1], o.lane, coalesce(o.raised, false), o.state::work_state,
       now() - o.waited * interval '1 minute', case when o.state <> 'waiting' then now() - o.waited * interval '1 minute' end
     from jsonb_to_recordset($2) o(id text, person int, lane int, raised boolean, state text, waited float8)`,
    [id, JSON.stringify([...rows, ...waiting.map((piece) => ({ ...piece, state: "waiting" }))]), people],
  );
  const { rows: said } = await pool().query<{ admitted: { id: string }[] }>("select sluice_regate($1) as admitted", [
    id,
  ]);
  return said[0]?.admitted.map((piece) => piece.id.slice(id.length)) ?? [];
}

it("serves any crowd in the order of the rule", async () => {
  const counts: number[] = [];
  await fc.assert(
    fc.asyncProperty(crowds, async (crowd) => {
      const order = byTheRule(crowd);
      expect(await byTheGate(crowd)).toEqual(order);
      counts.push(order.length);
    }),
    { numRuns: 100 },
  );
  expect(Math.max(...counts)).toBeGreaterThan(4);
}, 120_000);
