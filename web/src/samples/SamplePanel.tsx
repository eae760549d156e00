import { ActionIcon, Skeleton, Tooltip } from "@mantine/core";
import { IconArrowLeft, IconFocus2, IconX } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { AnalyzeButton } from "../analysis/AnalyzeButton";
import { sampleQuery } from "../api/queries";
import type { Sample } from "../api/types";
import { useMapHandle } from "../explore/mapHandle";
import { useRun, useView } from "../explore/run";
import { ErrorNotice } from "../shell/ErrorNotice";
import { count } from "../theme/format";
import { FetchSimilars } from "../similars/FetchSimilars";
import { VisualCard } from "../visuals/VisualCard";
import { CopyLink } from "./CopyLink";
import { FieldsList } from "./FieldsList";
import classes from "./panel.module.css";
import { PredictionCard } from "./PredictionCard";

/** One sample: how it looks, what the model said, and every field. */
export function SamplePanel({ row, within }: { row: number; within: number | null }) {
  const { run, map } = useRun();
  const query = useQuery({ ...sampleQuery(run.id, row, map?.id ?? null), placeholderData: keepPreviousData });
  const sample = query.data;
  return (
    <div className={classes.panel} data-testid="sample-panel" data-row={sample && !query.isPlaceholderData ? sample.row : undefined}>
      <Head row={row} sample={query.isPlaceholderData ? undefined : sample} within={within} />
      {query.isError && <ErrorNotice error={query.error} retry={() => void query.refetch()} />}
      {!sample && query.isPending && <Waiting />}
      {sample && (
        <div className={classes.scroll} data-stale={query.isPlaceholderData || undefined}>
          <div className={classes.ask}>
            <AnalyzeButton />
            <FetchSimilars />
          </div>
          {sample.visuals.map((visual, at) => (
            <VisualCard key={`${visual.name} ${at}`} visual={visual} />
          ))}
          {sample.visuals.length === 0 && <p className={classes.none}>This run has no visualizer for its samples. Add one to the integration script to see them here.</p>}
          {sample.predictions.map((prediction) => (
            <PredictionCard key={prediction.name} prediction={prediction} />
          ))}
          <FieldsList fields={sample.fields} />
        </div>
      )}
    </div>
  );
}

function Head({ row, sample, within }: { row: number; sample: Sample | undefined; within: number | null }) {
  const set = useView((view) => view.set);
  const clear = useView((view) => view.clear);
  const drawing = useMapHandle((handle) => handle.map);
  return (
    <header className={classes.head}>
      {within !== null && (
        <Tooltip label={`Back to the ${count(within)} selected`}>
          <ActionIcon size={26} onClick={() => set({ sample: null })} aria-label="Back to the selection" data-testid="back-to-selection">
            <IconArrowLeft size={15} />
          </ActionIcon>
        </Tooltip>
      )}
      <div className={classes.identity}>
        <h2 title={sample ? String(sample.sample_id) : undefined}>{sample ? String(sample.sample_id) : `#${row}`}</h2>
        <span>{sample?.subset ?? ""}</span>
      </div>
      <CopyLink />
      {drawing && (
        <Tooltip label="Show it on the map">
          <ActionIcon size={26} onClick={() => drawing.zoomTo(row)} aria-label="Show it on the map">
            <IconFocus2 size={15} />
          </ActionIcon>
        </Tooltip>
      )}
      <ActionIcon size={26} onClick={clear} aria-label="Close" data-testid="close-sample">
        <IconX size={15} />
      </ActionIcon>
    </header>
  );
}

function Waiting() {
  return (
    <div className={classes.scroll}>
      <Skeleton height={220} />
      <Skeleton height={90} mt={12} />
      <Skeleton height={180} mt={12} />
    </div>
  );
}
