import type { DuckDBConnection } from "@duckdb/node-api";
import type { PlanMeasure } from "@/lib/charts/plan";
import { encodingOf, textOf } from "@/lib/results/encoding";
import type { Column } from "@/lib/warehouses/adapter";
import { numberOf } from "./chart-axis";

/**
 * What is kept of each group so that groups can be put together later without the rows: a sum, or a sum and a count.
 * A median and a count of different values cannot be had that way.
 */
interface Part {
  name: string;
  /** Over rows. */
  made: string;
  /** Over groups; null where only the rows know. */
  merged: string | null;
}

export interface MeasureSql {
  parts: Part[];
  /** Over the parts of one group. */
  value: string;
}

export function measureSql(columns: Column[], { column, aggregate }: PlanMeasure, m: number): MeasureSql {
  const [a, b] = [`a${m}`, `b${m}`];
  const added = (name: string, made: string): Part => ({ name, made, merged: `sum(${name})` });
  if (column === null) return { parts: [], value: "n" };
  const type = columns[column]?.type ?? "text";
  const v = numberOf(columns[column], column);
  switch (aggregate) {
    case "count":
      return {
        parts: [
          added(
            a,
            encodingOf(type).exceptions ? `count(coalesce(c${column}::VARCHAR, x${column}))` : `count(c${column})`,
          ),
        ],
        value: a,
      };
    case "sum":
      return { parts: [added(a, `sum(${v})`)], value: a };
    case "avg":
      return { parts: [added(a, `sum(${v})`), added(b, `count(${v})`)], value: `${a}::DOUBLE / nullif(${b}, 0)` };
    case "min":
    case "max":
      return { parts: [{ name: a, made: `${aggregate}(${v})`, merged: `${aggregate}(${a})` }], value: a };
    case "median":
      return { parts: [{ name: a, made: `median(${v})`, merged: null }], value: a };
    case "distinct":
      return { parts: [{ name: a, made: `count(DISTINCT ${textOf(type, column)})`, merged: null }], value: a };
  }
}

/** Groups of rows by x and split in the table `name`: columns x, s, n (rows), f (first row), and the measures' parts. */
export class Groups {
  private made = 0;
  private readonly parts: Part[];
  name = "";

  constructor(
    private readonly duck: DuckDBConnection,
    private readonly rows: string,
    readonly measures: MeasureSql[],
    /** Whether the order of the rows matters. */
    private readonly first: boolean,
  ) {
    this.parts = measures.flatMap(({ parts }) => parts);
  }

  /** From the rows. */
  async group(x: string, s: string, where = "true"): Promise<void> {
    const kept = ["count(*) AS n", ...(this.first ? ["min(r) AS f"] : [])];
    for (const { name, made } of this.parts) kept.push(`${made} AS ${name}`);
    await this.become(`SELECT ${x} AS x, ${s} AS s, ${kept.join(", ")} FROM ${this.rows} WHERE ${where} GROUP BY ALL`);
  }

  /**
   * Puts groups together: `x` and `s` are SQL over the groups' own x and s, and `fromX` and `fromS` those over rows.
   */
  async regroup(x: string, s: string, fromX: string, fromS: string): Promise<void> {
    if (this.parts.some(({ merged }) => merged === null)) {
      const kept = [
        "count(*) AS n",
        ...(this.first ? ["min(r) AS f"] : []),
        ...this.parts.map(({ name, made }) => `${made} AS ${name}`),
      ];
      await this.become(
        `SELECT ${x} AS nx, ${s} AS ns, ${kept.join(", ")} FROM (SELECT *, ${fromX} AS x, ${fromS} AS s FROM ${this.rows}) GROUP BY ALL`,
      );
    } else {
      const kept = [
        "sum(n)::BIGINT AS n",
        ...(this.first ? ["min(f) AS f"] : []),
        ...this.parts.map(({ name, merged }) => `${merged} AS ${name}`),
      ];
      await this.become(`SELECT ${x} AS nx, ${s} AS ns, ${kept.join(", ")} FROM ${this.name} GROUP BY ALL`);
    }
    await this.duck.run(`ALTER TABLE ${this.name} RENAME nx TO x`);
    await this.duck.run(`ALTER TABLE ${this.name} RENAME ns TO s`);
  }

  private async become(select: string): Promise<void> {
    const last = this.name;
    this.name = `groups${++this.made}`;
    await this.duck.run(`CREATE OR REPLACE TEMP TABLE ${this.name} AS ${select}`);
    if (last) await this.duck.run(`DROP TABLE ${last}`);
  }

  async drop(): Promise<void> {
    if (this.name) await this.duck.run(`DROP TABLE IF EXISTS ${this.name}`);
  }
}
