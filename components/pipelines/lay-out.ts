import dagre from "@dagrejs/dagre";

/** Where the boxes of a graph stand. Pure. */

export const boxSize = { width: 224, height: 60 };

/** Left to right, or top to bottom where the page is narrow. Lines to what is not there are left out. */
export function layOut(
  ids: string[],
  lines: { from: string; to: string }[],
  direction: "LR" | "TB",
): Map<string, { x: number; y: number }> {
  const graph = new dagre.graphlib.Graph();
  graph.setGraph({ rankdir: direction, nodesep: 24, ranksep: direction === "LR" ? 64 : 40 });
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
