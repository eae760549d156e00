import { SegmentedControl, Skeleton, Tooltip } from "@mantine/core";
import { IconSitemap } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useMemo } from "react";
import { ApiError } from "../api/errors";
import { networkQuery } from "../api/queries";
import type { NetworkDetails } from "../api/types";
import { useRun, useView } from "../explore/run";
import { EmptyState } from "../shell/EmptyState";
import { ErrorNotice } from "../shell/ErrorNotice";
import { useKeys } from "../shell/keys";
import { count, shortCount } from "../theme/format";
import { graphOf, type Graph, plainOperations, stepsOfSpace } from "./graph";
import classes from "./network.module.css";
import { SpacePicker } from "./SpacePicker";
import { StepPanel } from "./StepPanel";

const NetworkDrawing = lazy(() => import("./NetworkDrawing"));

/** Up to so many steps a network is shown whole at first. */
const SMALL = 60;

/** The network that was evaluated, and how the integration is wired to it. */
export function NetworkPage() {
  const { run } = useRun();
  const network = useQuery(networkQuery(run.id));
  if (network.error instanceof ApiError && network.error.status === 404)
    return (
      <EmptyState icon={<IconSitemap size={22} stroke={1.5} />} title="The network of this run was not kept">
        It was made by an earlier percepta. Evaluate the model again, and its network is drawn here.
      </EmptyState>
    );
  if (network.isError) return <ErrorNotice error={network.error} retry={() => void network.refetch()} />;
  if (network.isPending) return <Waiting />;
  return <Opened details={network.data} />;
}

function Waiting() {
  return (
    <div className={classes.waiting}>
      {[216, 216, 216].map((width, at) => (
        <Skeleton key={at} width={width} height={46} />
      ))}
    </div>
  );
}

function Opened({ details }: { details: NetworkDetails }) {
  const set = useView((view) => view.set);
  const chosen = useView((view) => view.step);
  const space = useView((view) => view.space);
  const asked = useView((view) => view.operations);
  const operations = asked ?? details.nodes.length <= SMALL;
  const graph = useMemo(() => graphOf(details, operations), [details, operations]);
  const lit = useMemo(() => stepsOfSpace(details, space), [details, space]);
  const step = graph.steps.find((one) => one.id === chosen) ?? null;
  useWalk(graph, chosen, (id) => set({ step: id }));
  const hidden = plainOperations(details).size;
  return (
    <div className={classes.page} data-testid="network-page">
      <div className={classes.bar}>
        <h1>Model</h1>
        <span>{details.format}</span>
        <span>{shortCount(details.parameters)} parameters</span>
        <Tooltip label={`SHA-256 of structure and weights: ${details.content_hash}`}>
          <span className={classes.hash}>{details.content_hash.slice(0, 8)}</span>
        </Tooltip>
        {details.max_batch !== null && (
          <Tooltip label="The model file fixes how many samples it takes at once; percepta cuts batches to that size.">
            <span className={classes.warn}>
              {count(details.max_batch)} {details.max_batch === 1 ? "sample" : "samples"} at a time
            </span>
          </Tooltip>
        )}
        <div className={classes.gap} />
        <SpacePicker spaces={details.spaces} value={space} onChoose={(name) => set({ space: name })} />
        {hidden > 0 && (
          <SegmentedControl
            value={operations ? "all" : "layers"}
            onChange={(value) => set({ operations: value === "all" })}
            data={[
              { value: "layers", label: "Layers" },
              { value: "all", label: `All steps (${count(details.nodes.length)})` },
            ]}
            data-testid="network-steps"
          />
        )}
      </div>
      <div className={classes.below}>
        <Suspense fallback={<Waiting />}>
          <NetworkDrawing graph={graph} chosen={step?.id ?? null} lit={lit} onChoose={(id) => set({ step: id })} />
        </Suspense>
        {step && <StepPanel step={step} graph={graph} details={details} onChoose={(id) => set({ step: id })} />}
      </div>
    </div>
  );
}

/** Arrow keys walk through the steps in the order they run; Escape lets go. */
function useWalk(graph: Graph, chosen: string | null, choose: (id: string | null) => void) {
  const walk = (by: number) => {
    const at = graph.steps.findIndex((one) => one.id === chosen);
    const next = at < 0 ? 0 : Math.min(graph.steps.length - 1, Math.max(0, at + by));
    choose(graph.steps[next]?.id ?? null);
  };
  useKeys({
    arrowdown: () => walk(1),
    arrowup: () => walk(-1),
    escape: () => choose(null),
  });
}
