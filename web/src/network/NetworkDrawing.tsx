import "@xyflow/react/dist/base.css";
import { Controls, type Edge, type EdgeProps, Handle, MiniMap, type Node, type NodeProps, Position, ReactFlow, ReactFlowProvider, useReactFlow } from "@xyflow/react";
import { memo, useCallback, useEffect, useMemo, useRef } from "react";
import { useKeys } from "../shell/keys";
import { type Graph, settingsText, shapeText, shortName, type Step } from "./graph";
import { BOX, layoutOf, pathOf } from "./layout";
import classes from "./network.module.css";

/** Below this zoom nobody reads a box: a larger network opens at its top instead. */
const READABLE = 0.55;
const MARGIN = 24;
/** More boxes than this are made only as they come into view. */
const MANY = 400;

type StepNode = Node<{ step: Step; dim: boolean; lit: boolean }, "step">;

interface Props {
  graph: Graph;
  chosen: string | null;
  /** Steps that stand out; null: all alike. */
  lit: Set<string> | null;
  onChoose: (id: string | null) => void;
}

type WireEdge = Edge<{ path: string; on: boolean }, "wire">;

const TYPES = { step: memo(StepBox) };
const WIRES = { wire: memo(WirePath) };

/** The graph as a drawing that is panned and zoomed. */
export default function NetworkDrawing(props: Props) {
  return (
    <ReactFlowProvider>
      <Drawing {...props} />
    </ReactFlowProvider>
  );
}

function Drawing({ graph, chosen, lit, onChoose }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const flow = useReactFlow();
  const layout = useMemo(() => layoutOf(graph), [graph]);
  const nodes = useMemo(
    () =>
      graph.steps.map((step): StepNode => ({
        id: step.id,
        type: "step",
        position: layout.places.get(step.id) ?? { x: 0, y: 0 },
        ...BOX,
        selected: step.id === chosen,
        data: { step, dim: lit !== null && !lit.has(step.id), lit: lit?.has(step.id) ?? false },
        ariaLabel: `${step.what} ${step.title}`,
      })),
    [graph, layout, chosen, lit],
  );
  const edges = useMemo(
    () =>
      graph.wires.map(({ from, to }, index): WireEdge => ({
        id: `${from} > ${to}`,
        type: "wire",
        source: from,
        target: to,
        focusable: false,
        selectable: false,
        data: { path: pathOf(layout.routes[index]), on: from === chosen || to === chosen },
        zIndex: from === chosen || to === chosen ? 1 : 0,
      })),
    [graph, layout, chosen],
  );

  const home = useCallback(() => {
    const view = box.current?.getBoundingClientRect();
    if (!view || layout.width === 0) return;
    const [across, down] = [(view.width - 2 * MARGIN) / layout.width, (view.height - 2 * MARGIN) / layout.height];
    const whole = Math.min(1, across, down);
    const zoom = whole >= READABLE ? whole : Math.max(READABLE, Math.min(1, across));
    const y = whole >= READABLE ? (view.height - layout.height * zoom) / 2 : MARGIN;
    void flow.setViewport({ x: (view.width - layout.width * zoom) / 2, y, zoom });
  }, [layout, flow]);
  useEffect(home, [home]);
  useKeys({ "0": home });

  const show = useCallback(
    (ids: string[]) => {
      const places = ids.map((id) => layout.places.get(id)).filter((place) => place !== undefined);
      const view = box.current?.getBoundingClientRect();
      if (!view || places.length === 0) return;
      const { x, y, zoom } = flow.getViewport();
      const inside = places.some((place) => {
        const [left, top] = [place.x * zoom + x, place.y * zoom + y];
        return left >= 0 && top >= 0 && left + BOX.width * zoom <= view.width && top + BOX.height * zoom <= view.height;
      });
      if (!inside) void flow.setCenter(places[0].x + BOX.width / 2, places[0].y + BOX.height / 2, { zoom, duration: 150 });
    },
    [layout, flow],
  );
  // What is chosen from elsewhere (keys, panel, address) comes into view; of a latent space its first layer.
  useEffect(() => show(chosen === null ? [] : [chosen]), [chosen, show]);
  useEffect(() => show(lit === null ? [] : [...lit]), [lit, show]);

  return (
    <div className={classes.drawing} ref={box}>
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={TYPES}
        edgeTypes={WIRES}
        onNodeClick={(_, node) => onChoose(node.id === chosen ? null : node.id)}
        onPaneClick={() => onChoose(null)}
        nodesDraggable={false}
        nodesConnectable={false}
        edgesFocusable={false}
        deleteKeyCode={null}
        disableKeyboardA11y
        minZoom={0.04}
        maxZoom={1.6}
        panOnScroll
        onlyRenderVisibleElements={graph.steps.length > MANY}
        proOptions={{ hideAttribution: true }}
      >
        <Controls showInteractive={false} onFitView={home} />
        {graph.steps.length > 24 && <MiniMap style={{ width: 110, height: 170 }} pannable zoomable ariaLabel="Overview of the network" nodeClassName={(node) => `${classes.mini} ${(node as StepNode).data.lit ? classes.miniLit : ""}`} />}
      </ReactFlow>
    </div>
  );
}

function WirePath({ data }: EdgeProps<WireEdge>) {
  return <path className={classes.wire} d={data?.path} data-on={data?.on || undefined} />;
}

function StepBox({ data: { step, dim, lit }, selected }: NodeProps<StepNode>) {
  const shape = shapeText(step.node?.shape ?? null);
  return (
    <div className={classes.step} data-kind={step.kind} data-on={selected || undefined} data-dim={dim || undefined} data-lit={lit || undefined} data-testid="network-step" title={step.title}>
      <Handle type="target" position={Position.Top} isConnectable={false} />
      <div>
        <b>{shortName(step.title)}</b>
        {shape && <i>{shape}</i>}
      </div>
      <span>{[step.what, settingsText(step.node?.settings ?? {})].filter(Boolean).join(" · ")}</span>
      <Handle type="source" position={Position.Bottom} isConnectable={false} />
    </div>
  );
}
