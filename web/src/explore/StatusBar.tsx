import { Tooltip } from "@mantine/core";
import { IconLayoutBottombarExpand, IconLayoutSidebarRightExpand } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { coordinatesQuery } from "../api/queries";
import { rowsOf } from "../filters/bits";
import { useMatching, useSelected } from "../filters/hooks";
import { passes, toggleValue } from "../filters/describe";
import type { Compare } from "../filters/types";
import { useUi } from "../shell/ui";
import { SimilarsOfFile } from "../similars/DropFile";
import { count, number } from "../theme/format";
import { population } from "./MapChooser";
import { useRun, useView } from "./run";
import classes from "./status.module.css";

const ORDER = ["training", "validation", "test", "unlabeled", "additional"];

/** Under the map: subsets, counts, and how far the map is to be trusted. */
export function StatusBar() {
  const { run, map } = useRun();
  const { set: matching } = useMatching();
  const selected = useSelected();
  const drawer = useView((view) => view.drawer);
  const set = useView((view) => view.set);
  const ui = useUi();
  const drawn = useDrawn();
  const trust = map?.trustworthiness;
  return (
    <footer className={classes.bar} data-testid="status-bar">
      <Subsets />
      <span className={classes.space} />
      <Tooltip label={map && map.n < run.samples ? `This map was made of ${count(map.n)} of the run's ${count(run.samples)} samples${population(map)}. All of those are drawn.` : "Every sample of the run is a dot; none are left out."}>
        <span data-testid="count-drawn">
          <b>{drawn === undefined ? "…" : count(drawn)}</b> drawn
        </span>
      </Tooltip>
      <span data-testid="count-matching">
        <b>{matching === undefined ? "…" : count(matching?.count ?? run.samples)}</b> match
      </span>
      <span data-testid="count-selected">
        <b>{selected === undefined ? "…" : count(selected?.count ?? 0)}</b> selected
      </span>
      {trust !== null && trust !== undefined && (
        <Tooltip label="Trustworthiness of the map (0 to 1): how far the neighbours of a dot on the map are its neighbours in the latent space too. Below about 0.9, do not read much into nearness.">
          <span data-low={trust < 0.9 || undefined} data-testid="trustworthiness">
            trust <b>{number(trust, 3)}</b>
          </span>
        </Tooltip>
      )}
      <SimilarsOfFile />
      <Tooltip label="Samples of the selection or filter (G)">
        <button type="button" className={classes.toggle} aria-pressed={drawer} onClick={() => set({ drawer: !drawer, similars: null })} data-testid="toggle-drawer">
          <IconLayoutBottombarExpand size={15} stroke={1.6} /> Samples
        </button>
      </Tooltip>
      <Tooltip label="Panel (P)">
        <button type="button" className={classes.toggle} aria-pressed={ui.panel} onClick={() => ui.set({ panel: !ui.panel })} data-testid="toggle-panel">
          <IconLayoutSidebarRightExpand size={15} stroke={1.6} /> Panel
        </button>
      </Tooltip>
    </footer>
  );
}

/** The number of dots on the map: all that it places, less those that the filter hides. */
function useDrawn(): number | undefined {
  const { run, map } = useRun();
  const hide = useView((view) => view.hide);
  const { set: matching } = useMatching();
  const hiding = hide && matching !== null;
  const { data: at } = useQuery({ ...coordinatesQuery(run.id, map?.id ?? ""), enabled: hiding && map !== null });
  return useMemo(() => {
    if (!map) return 0;
    if (!hiding) return map.n;
    if (!at || !matching) return undefined;
    return rowsOf(matching.bits).reduce((sum, row) => sum + (Number.isNaN(at.x[row]) ? 0 : 1), 0);
  }, [map, hiding, at, matching]);
}

/** The run's subsets; a click shows or leaves out one. */
function Subsets() {
  const { run } = useRun();
  const clause = useView((view) => view.filter.find((one): one is Compare => one.kind === "compare" && one.field === "subset"));
  const setFieldClause = useView((view) => view.setFieldClause);
  const subsets = Object.entries(run.subsets).sort(([a], [b]) => ORDER.indexOf(a) - ORDER.indexOf(b));
  if (subsets.length < 2) return null;
  return (
    <div className={classes.subsets} role="group" aria-label="Subsets">
      {subsets.map(([subset, size]) => {
        const on = passes(clause, subset);
        return (
          <Tooltip key={subset} label={`${count(size)} samples. Click: ${on ? "leave out" : "show again"}. Alt-click: only this.`}>
            <button
              type="button"
              className={classes.subset}
              aria-pressed={on}
              data-testid={`subset-${subset}`}
              onClick={(event) => {
                if (event.altKey) return setFieldClause("subset", { kind: "compare", field: "subset", op: "in", value: [subset] });
                const left = subsets.map(([name]) => name).filter((name) => (name === subset ? !on : passes(clause, name)));
                const all = left.length === subsets.length;
                setFieldClause("subset", all ? null : left.length ? { kind: "compare", field: "subset", op: "in", value: left } : toggleValue(undefined, "subset", subset, false));
              }}
            >
              {subset} <span>{count(size)}</span>
            </button>
          </Tooltip>
        );
      })}
    </div>
  );
}
