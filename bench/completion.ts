import { completer } from "@/lib/completion/complete";
import type { CatalogTable } from "@/lib/completion/schema";
import type { Line } from "./line";
import { spread } from "./stats";

const columnNames = Array.from({ length: 20 }, (_, at) => `${["id", "name", "amount", "created_at"][at % 4]}_${at}`);

/** As a large company's catalogue: 40 schemas, names that begin alike, each table tied to the one before it. */
export function catalogue(count: number): CatalogTable[] {
  return Array.from({ length: count }, (_, at) => ({
    schema: at % 40 === 0 ? "public" : `mart_${at % 40}`,
    name: `${["fact", "dim", "stage", "report"][at % 4]}_${["orders", "learners", "events"][at % 3]}_${at}`,
    kind: "table",
    comment: at % 5 === 0 ? `What ${at} holds` : null,
    rows: at * 1_000,
    bytes: at * 8_192,
    columns: columnNames.map((name) => ({ name, type: "integer", nullable: true, comment: null })),
    foreignKeys:
      at < 40
        ? []
        : [{ columns: ["id_0"], schema: "public", table: `fact_orders_${at - (at % 40)}`, references: ["id_4"] }],
  }));
}

/** Typed from left to right, a suggestion asked for at every key. */
const typed = [
  "select o.amount_2, l.name_1 from mart_12.fact_orders_12 o join mart_13.dim_learners_13 l on o.id_0 = l.id_4",
  "with recent as (select * from public.fact_orders_1200 where created_at_3 > now()) select r.name_1 from recent r",
  "select count(*) from fact",
  "select * from stage_ev join report_",
  "select a from t where x in (select id_0 from mart_7.report_orders_7) group by 1 order by 1 desc limit 10",
];

/** What the editor asks at each key, in one JavaScript engine; not the time that a browser draws its list in. */
export const completion: Line = {
  name: "completion",
  async measure({ quick }) {
    const built = performance.now();
    const complete = completer(catalogue(quick ? 500 : 10_000), "postgres");
    const index = performance.now() - built;
    const samples: number[] = [];
    for (let round = 0; round < (quick ? 1 : 5); round++) {
      for (const text of typed) {
        for (let at = 1; at <= text.length; at++) {
          // With nothing behind the cursor yet, and in the middle of the finished text.
          for (const whole of [text.slice(0, at), text]) {
            const from = performance.now();
            complete(whole, at);
            samples.push(performance.now() - from);
          }
        }
      }
    }
    const { p50, p95 } = spread(samples);
    return [
      {
        what: "completion at a key, 10,000 tables × 20 columns",
        unit: "ms",
        ours: p50,
        ours95: p95,
        target: "p95 <= 50",
        met: p95 <= 50,
      },
      { what: "its index, once a catalogue", unit: "ms", ours: index, target: "", met: null },
    ];
  },
};
