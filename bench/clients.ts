import type { Api } from "./http";
import type { Line } from "./line";
import { watchMemory } from "./processes";
import { runOne } from "./sluice";

interface Load {
  perSecond: number;
  errors: number;
  firstError: string | null;
}

/** `count` clients that each ask for the next row as soon as they have the last; a random row, so none joins. */
async function load(count: number, seconds: number, lookUp: (id: number) => Promise<unknown>): Promise<Load> {
  const until = performance.now() + seconds * 1000;
  const answer: Load = { perSecond: 0, errors: 0, firstError: null };
  let done = 0;
  await Promise.all(
    Array.from({ length: count }, async () => {
      while (performance.now() < until) {
        try {
          await lookUp(1 + Math.floor(Math.random() * 200_000));
          done++;
        } catch (error) {
          answer.errors++;
          answer.firstError ??= (error as Error).message;
        }
      }
    }),
  );
  answer.perSecond = done / seconds;
  return answer;
}

const sqlOf = (id: number) => `select id, name, score, at from bench_events where id = ${id}`;

export const clients: Line = {
  name: "clients",
  async measure({ backend, floor, sluice, warehouse, product, quick }) {
    const seconds = quick ? 3 : 20;
    const onFloor = (api: Api) => (id: number) =>
      api.json("POST", "/api/v1/executions?wait=60&rows=10", { warehouse, sql: sqlOf(id) });
    await load(16, 2, onFloor(floor));
    const least = await load(16, seconds, onFloor(floor));

    const onSluice = (id: number) => runOne(sluice, { warehouse, sql: sqlOf(id) }, 10);
    await load(16, 2, onSluice);
    const stop = watchMemory(product.pid, 500);
    const ours = await load(16, seconds, onSluice);
    const high = await stop();
    if (ours.firstError) console.error(`first error of ${ours.errors}: ${ours.firstError}`);

    const share = backend === "redis" ? 0.4 : 0.22;
    return [
      {
        what: `16 clients, look-ups, ${seconds} s`,
        unit: "/s",
        ours: ours.perSecond,
        floor: least.perSecond,
        target: `>= ${share}x floor`,
        met: ours.perSecond >= share * least.perSecond,
      },
      { what: "16 clients, errors", unit: "errors", ours: ours.errors, target: "0", met: ours.errors === 0 },
      { what: "16 clients, whole tree's PSS", unit: "MiB", ours: high.whole, target: "<= 600", met: high.whole <= 600 },
    ];
  },
};
