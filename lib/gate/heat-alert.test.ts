import { expect, it } from "vitest";
import { type Alerting, alarm, unalarmed } from "./heat-alert";

const everyMs = 10_000;

/** What is told, by minute, where whoever is to tell does so at once. */
function told(minutes: number | null, heats: (number | null)[]): [minute: number, tell: string][] {
  let state: Alerting = unalarmed;
  const answer: [number, string][] = [];
  heats.forEach((heat, n) => {
    const next = alarm(state, { at: n * everyMs, heat }, minutes);
    state = next.tell ? { ...next.state, told: next.tell === "hot" } : next.state;
    if (next.tell) answer.push([(n * everyMs) / 60_000, next.tell]);
  });
  return answer;
}

const of = (minutes: number, heat: number | null) => Array.from({ length: minutes * 6 }, () => heat);

it("tells once of heat that stays, and once that it is over", () => {
  expect(told(10, [...of(60, 2), ...of(20, 0.1)])).toEqual([
    [10, "hot"],
    [65, "over"],
  ]);
});

it("says nothing of heat that is shorter, nor where nobody is to be told", () => {
  expect(told(10, [...of(9, 2), ...of(20, 0.1), ...of(9, 2)])).toEqual([]);
  expect(told(null, of(60, 2))).toEqual([]);
});

it("takes heat with breaks for one heat, and a silent warehouse for what it was", () => {
  const flapping = Array.from({ length: 30 }, () => [...of(1, 2), ...of(1, 0.1)]).flat();
  expect(told(10, [...flapping, ...of(10, 0.1)])).toEqual([
    [10, "hot"],
    [64, "over"],
  ]);
  expect(told(10, [...of(11, 2), ...of(30, null), ...of(3, 2)])).toEqual([[10, "hot"]]);
});
