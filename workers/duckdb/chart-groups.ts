import type { DuckDBConnection } from "@duckdb/node-api";
import type { PlanMeasure } from "@/lib/charts/plan";
import { encodingOf, textOf } from "@/lib/results/encoding";
import { leftOut, numberOf, type Source } from "./chart-axis";

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
  /** Over all groups: values that are in none of them, as they are no numbers. */
  lost: string | null;
  /** Over the parts of one group. */
  value: string;
}

export function measureSql(source: Source, measure: PlanMeasure, m: number): MeasureSql {
  const { column, aggregate } = measure;
  if (column === null) return { parts: [], lost: null, value: "n" };
  const counted = aggregate === "count" || aggregate === "distinct";
  const lost = counted ? null : leftOut(source, column);
  const parts = partsOf(source, column, aggregate, m);
  if (lost !== null) parts.push({ name: `l${m}`, made: lost, merged: `sum(l${m})` });
  return {
    parts,
    lost: lost && `sum(l${m})`,
    value: aggregate === "avg" ? `a${m}::DOUBLE / nullif(b${m}, 0)` : `a${m}`,
  };
}

function partsOf(source: Source, column: number, aggregate: PlanMeasure["aggregate"], m: number): Part[] {
  const [a, b] = [`a${m}`, `b${m}`];
  const type = source.columns[column]?.type ?? "text";
  const v = numberOf(source, column);
  const sum = { name: a, made: `sum(${v})`, merged: `sum(${a})` };
  switch (aggregate) {
    case "count": {
      const both = encodingOf(type).exceptions && source.odd.has(column);
      return [{ ...sum, made: `count(c${column})${both ? ` + count(x${column})` : ""}` }];
    }
    case "sum":
      return [sum];
    case "avg":
      return [sum, { name: b, made: `count(${v})`, merged: `sum(${b})` }];
    case "min":
    case "max":
      return [{ name: a, made: `${aggregate}(${v})`, merged: `${aggregate}(${a})` }];
    case "median":
      return [{ name: a, made: `median(${v})`, merged: null }];
    case "distinct":
      return [{ name: a, made: `count(DISTINCT ${textOf(type, column)})`, merged: null }];
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
