import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Slowing, slowDown, unslowed } from "./slow-down";

const everyMs = 10_000;
const most = 8;
const minutes = (n: number) => n * 6;

interface Step {
  /** Seconds since the start. */
  at: number;
  from: number;
  to: number;
}

/**
 * A warehouse that others load too: all slots are in use, as they are while people wait. `heatOf` gives its heat when so
 * many slots are given, at that sample.
 */
function simulate(samples: number, heatOf: (slots: number, n: number) => number | null, from = unslowed(0)) {
  let state: Slowing = from;
  const steps: Step[] = [];
  const given: number[] = [];
  for (let n = 1; n <= samples; n++) {
    const before = state.slots ?? most;
    state = slowDown(state, { at: n * everyMs, heat: heatOf(before, n) }, most);
    const after = state.slots ?? most;
    if (after !== before) steps.push({ at: (n * everyMs) / 1_000, from: before, to: after });
    given.push(after);
  }
  return { state, steps, given };
}

/** How often the direction changed. */
const turns = (steps: Step[]) =>
  steps.filter((step, n) => {
    const last = steps[n - 1];
    return last !== undefined && step.to > step.from !== last.to > last.from;
  }).length;

/** Heat where so many of our slots are as much as it bears beside what others do. */
const room = (bears: number) => (slots: number) => slots / bears;

describe("a step of load", () => {
  it("is answered within two minutes, and then nothing changes any more", () => {
    const { steps, given } = simulate(minutes(240), room(5));
    expect(steps[0]).toEqual({ at: 30, from: 8, to: 5 });
    expect(steps.filter(({ at }) => at > 180)).toEqual([]);
    expect(given.at(-1)).toBe(4);
    expect(turns(steps)).toBeLessThanOrEqual(1);
  });

  it("comes back to all slots within ten minutes of its end, one at a time", () => {
    const over = minutes(30);
    const { steps, given } = simulate(minutes(60), (_slots, n) => (n <= over ? 2 : 0.1));
    expect(given[over - 1]).toBe(1);
    const after = steps.filter(({ at }) => at > 30 * 60);
    expect(after.map(({ from, to }) => to - from)).toEqual([1, 1, 1, 1, 1, 1, 1]);
    expect(after.at(-1)?.at).toBeLessThanOrEqual(40 * 60);
  });
});

it("does not swing where one slot more is always too much: it looks ever more rarely", () => {
  // From calm to hot in one step, so that no number of slots stands between.
  const { steps } = simulate(minutes(480), (slots) => (slots > 5 ? 2 : 0.2));
  const probesIn = (hour: number) => steps.filter(({ at, to }) => to > 5 && Math.floor(at / 3_600) === hour).length;
  expect(probesIn(0)).toBeLessThanOrEqual(7);
  for (const hour of [2, 3, 4, 5, 6, 7]) expect(probesIn(hour)).toBeLessThanOrEqual(2);
  // Each probe is over as soon as there is evidence.
  const hot = steps.filter(({ to }) => to > 5).map((step) => steps.find(({ at, to }) => at > step.at && to <= 5));
  expect(hot.slice(0, -1).every((end, n) => end && end.at - (steps.filter(({ to }) => to > 5)[n]?.at ?? 0) <= 40)).toBe(
    true,
  );
});

it("forgets what was too much once there is room for it", () => {
  const over = minutes(240);
  const { given, state } = simulate(minutes(300), (slots, n) => (n <= over ? (slots > 5 ? 2 : 0.2) : 0.2));
  expect(given.at(-1)).toBe(most);
  expect(state).toMatchObject({ slots: null, ceiling: null });
});

it("follows a ramp down and up without turning back", () => {
  const top = minutes(60);
  const { steps, given } = simulate(minutes(150), (_slots, n) => (n < top ? n : 2 * top - n) / (top * 0.6));
  expect(turns(steps)).toBe(1);
  expect(Math.min(...given)).toBe(1);
  expect(given.at(-1)).toBe(most);
});

it("leaves a spike of two samples alone, and a cut that one more makes is over in minutes", () => {
  const spike = (length: number) => (_slots: number, n: number) => (n > 10 && n <= 10 + length ? 5 : 0.3);
  expect(simulate(minutes(30), spike(2)).steps).toEqual([]);
  const { steps } = simulate(minutes(30), spike(3));
  expect(steps.map(({ from, to }) => [from, to])).toEqual([
    [8, 5],
    [5, 6],
    [6, 7],
    [7, 8],
  ]);
  expect((steps.at(-1)?.at ?? 0) - (steps[0]?.at ?? 0)).toBeLessThanOrEqual(240);
});

it("holds what it gives while the warehouse says nothing, for ten minutes, then lets go", () => {
  const hot = simulate(3, () => 2).state;
  expect(hot.slots).toBe(5);
  let state = hot;
  let n = 3;
  for (; n < 3 + minutes(9); n++) state = slowDown(state, { at: (n + 1) * everyMs, heat: null }, most);
  expect(state.slots).toBe(5);
  for (; n < 3 + minutes(14); n++) state = slowDown(state, { at: (n + 1) * everyMs, heat: null }, most);
  expect(state.slots).toBeNull();
});

it("follows an admin who gives fewer slots than it does", () => {
  const { state } = simulate(3, () => 2);
  expect(slowDown(state, { at: 40_000, heat: 0.8 }, 4).slots).toBeNull();
});

it("whatever comes, gives one slot at least and all at most, rests between changes and comes back", () => {
  const heats = fc.array(fc.option(fc.double({ min: 0, max: 5, noNaN: true }), { nil: null }), { maxLength: 400 });
  fc.assert(
    fc.property(heats, (values) => {
      const { steps, given, state } = simulate(values.length, (_slots, n) => values[n - 1] ?? null);
      expect(given.every((slots) => slots >= 1 && slots <= most)).toBe(true);
      steps.slice(1).forEach((step, n) => {
        expect(step.at - (steps[n]?.at ?? 0)).toBeGreaterThanOrEqual(30);
      });
      let after = state;
      // Seven steps a minute apart, and one probe of half an hour.
      for (let n = 1; n <= minutes(7 + 32 + 2); n++)
        after = slowDown(after, { at: (values.length + n) * everyMs, heat: 0 }, most);
      expect(after.slots).toBeNull();
    }),
  );
});
