"use client";

import { Cartesian } from "@/components/charts/cartesian";
import type { DrawingProps } from "@/components/charts/drawing-props";
import { PieDrawing } from "@/components/charts/pie";
import { Points } from "@/components/charts/points";
import type { ChartData } from "@/lib/charts/schema";

/** All that needs the chart library: loaded only where such a chart is drawn. */
export default function Drawing({ data, ...rest }: DrawingProps<ChartData>) {
  if (data.kind === "points") return <Points data={data} {...rest} />;
  return rest.spec.type === "pie" ? <PieDrawing data={data} {...rest} /> : <Cartesian data={data} {...rest} />;
}
