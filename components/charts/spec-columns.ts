import { kindOf } from "@/components/results/cell-format";
import type { ChartSpec, ColumnRef } from "@/lib/charts/schema";

export interface ChartColumn {
  name: string;
  type: string;
}

/** By name where one column alone has it. */
export function refOf(columns: ChartColumn[], index: number): ColumnRef {
  const name = columns[index]?.name ?? "";
  return name !== "" && columns.filter((other) => other.name === name).length === 1 ? name : index;
}

export function indexOf(columns: ChartColumn[], ref: ColumnRef | undefined): number | null {
  if (ref === undefined) return null;
  const index = typeof ref === "number" ? ref : columns.findIndex(({ name }) => name === ref);
  return columns[index] ? index : null;
}

export function choicesOf(columns: ChartColumn[]): { value: string; label: string }[] {
  return columns.map(({ name }, i) => ({ value: String(i), label: name || `column ${i + 1}` }));
}

export const isTime = (type: string | undefined) => ["date", "timestamp"].includes(kindOf(type ?? ""));
export const isNumber = (type: string | undefined) => kindOf(type ?? "") === "number";

/** The spec after another type was chosen: what it needs and has not gets the first column that fits. */
export function withType(spec: ChartSpec, type: ChartSpec["type"], columns: ChartColumn[]): ChartSpec {
  const first = (fits: (type: string) => boolean, but: (ColumnRef | undefined)[] = []) => {
    const at = columns.findIndex((column, i) => fits(column.type) && !but.includes(refOf(columns, i)));
    return at < 0 ? undefined : refOf(columns, at);
  };
  const typeOf = (ref: ColumnRef | undefined) => columns[indexOf(columns, ref) ?? -1]?.type;
  const next: ChartSpec = { ...spec, type, lines: type === "number" || type === "pie" ? [] : spec.lines };
  if (type === "number") return { ...next, x: isTime(typeOf(spec.x)) ? spec.x : undefined, series: undefined };
  if (type === "scatter") {
    const x = isNumber(typeOf(spec.x)) || isTime(typeOf(spec.x)) ? spec.x : first(isNumber);
    const y =
      spec.y.find(({ column }) => column !== x && isNumber(typeOf(column)))?.column ?? first(isNumber, [x]) ?? x;
    return { ...next, x, y: y === undefined ? [] : [{ column: y, aggregate: "sum", axis: "left" }] };
  }
  if (type === "histogram")
    return { ...next, x: isNumber(typeOf(spec.x)) ? spec.x : (spec.y[0]?.column ?? spec.x ?? first(() => true)) };
  const x = spec.x ?? first((one) => !isNumber(one)) ?? first(() => true);
  if (type === "heatmap")
    return { ...next, x, series: spec.series ?? first((one) => !isNumber(one), [x]) ?? first(() => true, [x]) ?? x };
  return { ...next, x };
}
