import type { Size } from "@/components/charts/frame";
import type { ChartSpec } from "@/lib/charts/schema";

/** What every drawing takes. A series is named by its place in the data. */
export interface DrawingProps<Data> {
  spec: ChartSpec;
  data: Data;
  hidden: ReadonlySet<number>;
  /** Of the place that it fills, as far as that is known. */
  size: Size;
  /** Goes to the rows behind a mark. */
  onMark(key: number | null, series: number): void;
  /** The same of a point, which is no place of an axis. */
  onPoint(point: [number, number], series: number): void;
}
