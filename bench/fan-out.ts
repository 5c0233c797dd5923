import type { Line } from "./line";
import { attemptsOf, between, msOf, publish, runOf } from "./stages";
import { spread } from "./stats";

/** Of one worker with its default: STAGES_AT_ONCE. */
const slots = 4;

/** How long after a slot was free did each begin: the k-th may begin when k minus `slots` have ended. */
function lateness(attempts: ReturnType<typeof attemptsOf>): number[] {
  const ends = attempts.map(({ finishedAt }) => finishedAt).sort();
  return attempts.map(({ queuedAt, startedAt }, k) => {
    const free = ends[k - slots] ?? queuedAt;
    return between(free > queuedAt ? free : queuedAt, startedAt);
  });
}

/** Stages that all may begin at once: how soon each has a slot. */
export const fanOut: Line = {
  name: "fan-out",
  async measure({ sluice, quick }) {
    const count = quick ? 40 : 400;
    await publish(sluice, "bench_fan", Array(count).fill({ operator: "noop@1" }), false);
    const run = await runOf(sluice, "bench_fan");
    const { p50, p95, max } = spread(lateness(attemptsOf(run)));
    console.error(`fan-out of ${count}: ${msOf(run)} ms in all, ${Math.round(msOf(run) / count)} a stage`);
    const what = `${count} stages at once, ${slots} slots: from a free slot to a start`;
    return [
      { what, unit: "ms", ours: p50, ours95: p95, target: "no figure of its own", met: null },
      { what: `${what}, the last`, unit: "ms", ours: max, target: "<= 5,000", met: max <= 5_000 },
    ];
  },
};
