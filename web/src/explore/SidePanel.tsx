import { IconClick } from "@tabler/icons-react";
import { useDesk } from "../dashboards/desk";
import { useSelected } from "../filters/hooks";
import { SamplePanel } from "../samples/SamplePanel";
import { SelectionSummary } from "../samples/SelectionSummary";
import { EmptyState } from "../shell/EmptyState";
import { TellsPanel } from "../tells/TellsPanel";
import { Overview } from "./Overview";
import { useView } from "./run";

/** What is chosen: one sample in full, or many in short. */
export function SidePanel() {
  const sample = useView((view) => view.sample);
  const selected = useSelected();
  const tells = useDesk((desk) => desk.tells);
  if (sample !== null) return <SamplePanel row={sample} within={selected && selected.count > 1 ? selected.count : null} />;
  if (selected && selected.count > 0) return <SelectionSummary selected={selected} />;
  if (!selected) return tells ? <TellsPanel /> : <Overview />;
  return (
    <EmptyState compact icon={<IconClick size={20} stroke={1.5} />} title="Nothing inside">
      No dot that the filter lets through lies inside the outline. Draw another, or press Esc.
    </EmptyState>
  );
}
