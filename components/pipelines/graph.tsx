"use client";

import {
  getViewportForBounds,
  Handle,
  MarkerType,
  type Node,
  type NodeProps,
  Position,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
  useStore,
  useStoreApi,
} from "@xyflow/react";
import "@xyflow/react/dist/base.css";
import { useEffect, useMemo } from "react";
import classes from "@/components/pipelines/graph.module.css";
import { boxSize, layOut, viewAround } from "@/components/pipelines/lay-out";
import { many } from "@/components/pipelines/many";
import { OperatorIcon } from "@/components/pipelines/operator-icon";
import { NotIsolated } from "@/components/ui/not-isolated";
import type { Manifest } from "@/lib/operators/schema";

export interface Box {
  id: string;
  title: string;
  /** What it is, or how it is. */
  note: string;
  icon: Manifest["icon"] | undefined;
  /** Colours its edge; said in `note` too. */
  tone?: "failed" | "late" | "succeeded" | "running";
  /** It ran, or runs, with no wall around it. */
  notIsolated?: boolean;
}

export interface Line {
  from: string;
  to: string;
  /** Nothing is handed over: only the order counts. */
  dashed: boolean;
}

interface Props {
  label: string;
  boxes: Box[];
  lines: Line[];
  selected: string | null;
  narrow: boolean;
  onSelect: (id: string | null) => void;
}

type BoxNode = Node<{ box: Box; narrow: boolean }, "box">;

const fit = { maxZoom: 1, minZoom: 0.35, padding: 0.12 };

/** Boxes and arrows that draw themselves from inputs and outputs. Tab goes from box to box, Enter opens one. */
export default function Graph(props: Props) {
  return (
    <ReactFlowProvider>
      <Drawn {...props} />
    </ReactFlowProvider>
  );
}

function Drawn({ label, boxes, lines, selected, narrow, onSelect }: Props) {
  const flow = useReactFlow();
  const store = useStoreApi();
  const size = useStore((state) => `${state.width}x${state.height}`);
  const ids = boxes.map(({ id }) => id);
  const shape = `${narrow}|${ids.join()}|${lines.map(({ from, to }) => `${from}>${to}`).join()}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: where boxes stand follows from the graph's shape alone, not from their words
  const places = useMemo(() => layOut(ids, lines, narrow ? "TB" : "LR"), [shape]);
  const nodes: BoxNode[] = boxes.map((box) => ({
    id: box.id,
    type: "box",
    position: places.get(box.id) ?? { x: 0, y: 0 },
    ...boxSize,
    data: { box, narrow },
    selected: box.id === selected,
    ariaRole: "button",
    ariaLabel: [box.title, box.note, ...(box.notIsolated ? ["not isolated"] : [])].join(", "),
  }));
  const edges = lines.map(({ from, to, dashed }) => ({
    id: `${from}>${to}`,
    source: from,
    target: to,
    className: dashed ? classes.dashed : classes.line,
    markerEnd: { type: MarkerType.ArrowClosed, width: 16, height: 16, color: "var(--mantine-color-dimmed)" },
  }));
  /** Around the selected box, or the first, where the whole cannot be read. */
  const place = () => {
    const { width, height } = store.getState();
    const bounds = flow.getNodesBounds(nodes);
    const { zoom } = getViewportForBounds(bounds, width, height, 0, fit.maxZoom, fit.padding);
    const id = selected ?? ids[0];
    if (zoom >= fit.minZoom || id === undefined) void flow.fitView(fit);
    else void flow.setViewport(viewAround(places, id, { width, height }, fit.minZoom));
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: the view is placed anew when the shape or the frame changes, and left alone otherwise
  useEffect(() => {
    const frame = requestAnimationFrame(place);
    return () => cancelAnimationFrame(frame);
  }, [shape, size, flow]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was chosen elsewhere comes into the frame once; who then looks around is let be
  useEffect(() => {
    const box = selected === null ? undefined : places.get(selected);
    if (!box) return;
    const { width, height, transform } = store.getState();
    const [x, y, zoom] = transform;
    const [left, top] = [box.x * zoom + x, box.y * zoom + y];
    const inside =
      left >= 0 && top >= 0 && left + boxSize.width * zoom <= width && top + boxSize.height * zoom <= height;
    if (!inside && width > 0) void flow.setViewport(viewAround(places, selected as string, { width, height }, zoom));
  }, [selected]);
  return (
    <ReactFlow
      aria-label={label}
      className={classes.graph}
      nodes={nodes}
      edges={edges}
      nodeTypes={nodeTypes}
      fitView={boxes.length <= many}
      fitViewOptions={fit}
      onlyRenderVisibleElements={boxes.length > many}
      minZoom={0.1}
      maxZoom={1.5}
      nodesDraggable={false}
      nodesConnectable={false}
      edgesFocusable={false}
      preventScrolling={false}
      zoomOnScroll={false}
      deleteKeyCode={null}
      // It would take these from the whole page, and a field of code beside it got no blank.
      panActivationKeyCode={null}
      selectionKeyCode={null}
      proOptions={{ hideAttribution: true }}
      onNodeClick={(_, { id }) => onSelect(id)}
      onNodesChange={(changes) => {
        // Enter and Space on a box that has the focus.
        for (const change of changes)
          if (change.type === "select" && change.selected && change.id !== selected) onSelect(change.id);
      }}
    />
  );
}

function BoxView({ data: { box, narrow }, selected }: NodeProps<BoxNode>) {
  return (
    <div className={classes.box} data-tone={box.tone} data-selected={selected || undefined}>
      <Handle type="target" position={narrow ? Position.Top : Position.Left} isConnectable={false} />
      <OperatorIcon icon={box.icon} />
      <span className={classes.words}>
        <span className={classes.title}>{box.title}</span>
        <span className={classes.note}>{box.note}</span>
        {box.notIsolated ? <NotIsolated focusable={false} /> : null}
      </span>
      <Handle type="source" position={narrow ? Position.Bottom : Position.Right} isConnectable={false} />
    </div>
  );
}

const nodeTypes = { box: BoxView };
