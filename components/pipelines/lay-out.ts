import dagre from "@dagrejs/dagre";
import { many } from "@/components/pipelines/many";

/** Where the boxes of a graph stand. Pure. */

export const boxSize = { width: 224, height: 60 };

type Places = Map<string, { x: number; y: number }>;
type Direction = "LR" | "TB";

/** Left to right, or top to bottom where the page is narrow. Lines to what is not there are left out. */
export function layOut(ids: string[], lines: { from: string; to: string }[], direction: Direction): Places {
  const graph = new dagre.graphlib.Graph();
  graph.setGraph({
    ...{ rankdir: direction, nodesep: 24, ranksep: direction === "LR" ? 64 : 40 },
    ranker: ids.length > many ? "tight-tree" : "network-simplex",
  });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const id of ids) graph.setNode(id, { ...boxSize });
  for (const { from, to } of lines)
    if (graph.hasNode(from) && graph.hasNode(to) && from !== to) graph.setEdge(from, to);
  dagre.layout(graph);
  return new Map(
    ids.map((id) => {
      const { x = 0, y = 0 } = graph.node(id) as { x?: number; y?: number };
      return [id, { x: x - boxSize.width / 2, y: y - boxSize.height / 2 }];
    }),
  );
}

/**
 * Where the view stands on a picture that is larger than its frame at this zoom: around one box, and not beyond the
 * picture's edges. Along a side that fits, in its middle.
 */
export function viewAround(
  places: Places,
  id: string,
  frame: { width: number; height: number },
  zoom: number,
): { x: number; y: number; zoom: number } {
  const margin = 16;
  const along = (axis: "x" | "y", room: number, size: number) => {
    const starts = [...places.values()].map((place) => place[axis]);
    const least = starts.reduce((a, b) => Math.min(a, b), Infinity) * zoom;
    const most = (starts.reduce((a, b) => Math.max(a, b), -Infinity) + size) * zoom;
    if (most - least <= room - 2 * margin) return room / 2 - (least + most) / 2;
    const middle = room / 2 - ((places.get(id)?.[axis] ?? 0) + size / 2) * zoom;
    return Math.min(margin - least, Math.max(room - margin - most, middle));
  };
  return { x: along("x", frame.width, boxSize.width), y: along("y", frame.height, boxSize.height), zoom };
}
