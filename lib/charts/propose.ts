import type { Cell } from "@/lib/results/head";
import type { Column } from "@/lib/warehouses/adapter";
import { axisKindOf } from "./resolve";
import type { ChartSpec, ColumnRef } from "./schema";
import { chartSpec } from "./schema";

/** So many different texts make a split that can still be told apart by colour. */
const fewSeries = 10;
const fewCategories = 12;
const identifier = /^(id|uuid|key|code)$|(_|^)(id|uuid|key|code|zip|postcode|phone)$/i;

interface Looked {
  index: number;
  ref: ColumnRef;
  kind: "time" | "number" | "text";
  /** Different values among the sampled rows. */
  distinct: number;
  /** No measure: an identifier, by its name or because it only counts rows. */
  id: boolean;
  nulls: number;
}

function look(columns: Column[], sample: Cell[][]): Looked[] {
  return columns.map(({ name, type }, index) => {
    const cells = sample.map((row) => row[index] ?? null);
    const distinct = new Set(cells).size;
    const kind = axisKindOf(type);
    const unique = name !== "" && columns.findIndex((other) => other.name === name) === index;
    return {
      index,
      ref: unique ? name : index,
      kind,
      distinct,
      id: identifier.test(name) || (kind === "number" && countsRows(cells)),
      nulls: cells.filter((cell) => cell === null).length,
    };
  });
}

/** 1, 2, 3 …: a row number. */
function countsRows(cells: Cell[]): boolean {
  return cells.length > 3 && cells.every((cell, i) => cell !== null && Number(cell) === Number(cells[0]) + i);
}

/** Years and the like: numbers that stand along the bottom and are not added up. */
const placed = /^(year|month|week|day|hour|quarter|weekday|dow|age|bucket|bin)$|_(year|month|week|hour)$/i;

/**
 * A sensible first chart of these columns; null where there is nothing to draw.
 * @param sample the first rows, from which it learns how values repeat
 */
export function proposeChart(columns: Column[], sample: Cell[][], rowCount: number): ChartSpec | null {
  if (rowCount === 0 || columns.length === 0 || sample.length === 0) return null;
  const all = look(columns, sample).filter(({ nulls }) => nulls < sample.length);
  const numbers = all.filter(({ kind, id }) => kind === "number" && !id);
  const measures = numbers.filter(({ index }) => !placed.test(columns[index]?.name ?? ""));
  const time = all.find(({ kind }) => kind === "time");
  const texts = all.filter(({ kind, id }) => kind === "text" && !id);
  const y = (from: Looked[]) => from.slice(0, 3).map(({ ref }) => ({ column: ref, aggregate: "sum" as const }));
  const count = [{ aggregate: "count" as const }];
  const make = (spec: Parameters<typeof chartSpec.parse>[0]) => chartSpec.parse(spec);

  if (rowCount === 1 && measures.length > 0) return make({ type: "number", y: y(measures.slice(0, 1)) });
  if (time && (time.distinct > 1 || !texts.length)) {
    const repeats = time.distinct < sample.length;
    const split = texts.find(({ distinct }) => repeats && distinct > 1 && distinct <= fewSeries);
    const chosen = split ? measures.slice(0, 1) : measures;
    return make({
      type: "line",
      x: time.ref,
      y: chosen.length > 0 ? y(chosen) : count,
      ...(split ? { series: split.ref } : {}),
    });
  }
  const steps = numbers.find(({ index, distinct }) => placed.test(columns[index]?.name ?? "") && distinct > 1);
  const category = texts.find(({ distinct }) => distinct > 1) ?? texts[0];
  if (category && (measures.length > 0 || !steps)) {
    const second = texts.find((one) => one !== category && one.distinct > 1 && one.distinct <= fewSeries);
    const many = category.distinct > fewCategories;
    return make({
      type: "bar",
      x: category.ref,
      y: measures.length > 0 ? y(second ? measures.slice(0, 1) : measures.slice(0, 2)) : count,
      ...(second && category.distinct < sample.length ? { series: second.ref } : {}),
      ...(many ? { horizontal: true, top: 20 } : {}),
    });
  }
  if (steps) {
    const rest = measures.filter(({ index }) => index !== steps.index);
    const split = texts.find(({ distinct }) => distinct > 1 && distinct <= fewSeries);
    return make({
      type: "line",
      x: steps.ref,
      y: rest.length > 0 ? y(rest) : count,
      ...(split ? { series: split.ref } : {}),
    });
  }
  const [first, second] = measures;
  if (first && second && rowCount > 2)
    return make({ type: "scatter", x: first.ref, y: [{ column: second.ref, aggregate: "sum" }] });
  if (first) return make({ type: "histogram", x: first.ref });
  const any = all.find(({ id }) => !id) ?? all[0];
  if (!any) return null;
  return any.kind === "text"
    ? make({ type: "bar", x: any.ref, y: count, horizontal: true, top: 20 })
    : make({ type: "histogram", x: any.ref });
}
