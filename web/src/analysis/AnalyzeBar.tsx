import { ActionIcon, Button, SegmentedControl, Tooltip } from "@mantine/core";
import { IconArrowLeft, IconChevronLeft, IconChevronRight } from "@tabler/icons-react";
import { type ReactNode, useMemo } from "react";
import type { Region, Sample } from "../api/types";
import { useStep } from "../explore/useRunKeys";
import { CopyLink } from "../samples/CopyLink";
import { useOrder } from "../samples/useOrder";
import { count } from "../theme/format";
import classes from "./analysis.module.css";
import type { Analysis, Compare } from "./state";
import { useCloseAnalysis } from "./useOpenAnalysis";

const REGIONS: { value: Region; label: string }[] = [
  { value: "predicted", label: "Where predicted" },
  { value: "true", label: "Where true" },
  { value: "everywhere", label: "Everywhere" },
];

const COMPARISONS: { value: Compare; label: string }[] = [
  { value: "one", label: "One map" },
  { value: "truth", label: "Predicted | true" },
  { value: "classes", label: "All classes" },
  { value: "sample", label: "Two samples" },
  { value: "version", label: "Two versions" },
];

/** Which sample is looked at, how maps are made, and which are set side by side. */
export function AnalyzeBar({ row, sample, positions, analysis, onChange, children }: { row: number; sample: Sample | undefined; positions: boolean; analysis: Analysis; onChange: (part: Partial<Analysis>) => void; children: ReactNode }) {
  const close = useCloseAnalysis();
  return (
    <header className={classes.bar}>
      <Tooltip label="Back to where you came from (Esc)">
        <Button size="compact-sm" variant="subtle" color="gray" leftSection={<IconArrowLeft size={14} />} onClick={() => void close()} data-testid="analyze-back">
          Back
        </Button>
      </Tooltip>
      <h1 title={sample ? String(sample.sample_id) : undefined}>{sample ? String(sample.sample_id) : `#${row}`}</h1>
      <span>{sample?.subset}</span>
      <Steps row={row} />
      <CopyLink />
      <div className={classes.gap} />
      {children}
      {positions && (
        <Tooltip label="Which positions' scores of the class are explained">
          <SegmentedControl value={analysis.region} onChange={(region) => onChange({ region: region as Region })} data={REGIONS} data-testid="region" />
        </Tooltip>
      )}
      <SegmentedControl value={analysis.compare} onChange={(compare) => onChange({ compare: compare as Compare })} data={COMPARISONS} data-testid="compare" />
    </header>
  );
}

/** The place among the samples of the selection or filter, and the way to the next. */
function Steps({ row }: { row: number }) {
  const { rows } = useOrder();
  const step = useStep();
  const at = useMemo(() => rows?.indexOf(row) ?? -1, [rows, row]);
  return (
    <span className={classes.steps}>
      <ActionIcon size={22} onClick={() => step(-1)} aria-label="Previous sample" title="Previous sample (←)">
        <IconChevronLeft size={14} />
      </ActionIcon>
      {rows && at >= 0 && `${count(at + 1)} of ${count(rows.length)}`}
      <ActionIcon size={22} onClick={() => step(1)} aria-label="Next sample" title="Next sample (→)" data-testid="next-sample">
        <IconChevronRight size={14} />
      </ActionIcon>
    </span>
  );
}
