import { ActionIcon, Button, Tooltip } from "@mantine/core";
import { IconFilter, IconFilterOff, IconX } from "@tabler/icons-react";
import { useMemo } from "react";
import { thumbnail } from "../api/client";
import { lossField, useRun, useView } from "../explore/run";
import { useNarrow } from "../explore/useRunKeys";
import { rowsOf } from "../filters/bits";
import { toggleValue } from "../filters/describe";
import type { Scalar } from "../filters/types";
import type { RowSet } from "../filters/worker";
import { count, number, percent } from "../theme/format";
import classes from "./panel.module.css";
import { FetchSimilars } from "../similars/FetchSimilars";
import { CopyLink } from "./CopyLink";
import { Thumbnail } from "./Thumbnail";
import { type Shared, useShared } from "./useShared";

const SHOWN = 20;

/** Many samples in short: some of them, their loss against the rest, and what they share. */
export function SelectionSummary({ selected }: { selected: RowSet }) {
  const { run, fields } = useRun();
  const clear = useView((view) => view.clear);
  const set = useView((view) => view.set);
  const narrow = useNarrow();
  const sample = useMemo(() => spread(rowsOf(selected.bits), SHOWN), [selected]);
  const { means, shared, pending, problem } = useShared(selected);
  const loss = lossField(fields);
  return (
    <div className={classes.panel} data-testid="selection-summary">
      <header className={classes.head}>
        <div className={classes.identity}>
          <h2>{count(selected.count)} samples</h2>
          <span>{percent(selected.count / run.samples)} of the run</span>
        </div>
        <CopyLink />
        <ActionIcon size={26} onClick={clear} aria-label="Clear the selection" data-testid="clear-selection">
          <IconX size={15} />
        </ActionIcon>
      </header>
      <div className={classes.scroll}>
        <div className={classes.thumbs}>
          {sample.map((row) => (
            <button type="button" key={row} onClick={() => set({ sample: row })} aria-label={`Open sample at row ${row}`} data-testid="selection-thumb">
              <Thumbnail src={thumbnail(run.id, row)} size="100%" />
            </button>
          ))}
        </div>
        <div className={classes.actions}>
          <FetchSimilars />
          <Button onClick={() => set({ drawer: true, similars: null })} data-testid="show-all">
            Show all
          </Button>
          <Tooltip label="Keep only these (I)">
            <Button leftSection={<IconFilter size={13} />} disabled={!narrow} onClick={() => narrow?.(false)} data-testid="narrow">
              Keep only
            </Button>
          </Tooltip>
          <Tooltip label="Leave these out (X)">
            <Button leftSection={<IconFilterOff size={13} />} disabled={!narrow} onClick={() => narrow?.(true)} data-testid="leave-out">
              Leave out
            </Button>
          </Tooltip>
        </div>
        {means.length > 0 && (
          <section className={classes.card}>
            <h3>Means, against the rest</h3>
            <table className={classes.means}>
              <thead>
                <tr>
                  <th>score</th>
                  <th>selected</th>
                  <th>rest</th>
                </tr>
              </thead>
              <tbody>
                {means.map(({ field, inside, outside, shift }) => {
                  // A difference that the eye should stop at: a tenth of a standard deviation the wrong way.
                  const worse = (field.direction === "down" && shift > 0.1) || (field.direction === "up" && shift < -0.1);
                  return (
                    <tr key={field.name} data-main={field.name === loss?.name || undefined} data-testid={`mean-${field.name}`}>
                      <td>{field.name}</td>
                      <td data-worse={worse || undefined}>{number(inside)}</td>
                      <td>{number(outside)}</td>
                    </tr>
                  );
                })}
              </tbody>
            </table>
          </section>
        )}
        <section className={classes.card} data-testid="shared">
          <h3>What they share</h3>
          {problem !== null && <p className={classes.none}>{problem}</p>}
          {shared.map((trait) => (
            <Trait key={`${trait.field.name} ${String(trait.value ?? "")}`} trait={trait} />
          ))}
          {shared.length === 0 && !pending && problem === null && <p className={classes.none}>Nothing sets these apart from the rest in any field.</p>}
          {pending && <p className={classes.none}>Comparing every field…</p>}
        </section>
      </div>
    </div>
  );
}

function Trait({ trait }: { trait: Shared }) {
  const { field, value, inside, outside } = trait;
  const filter = useView((view) => view.filter);
  const setFieldClause = useView((view) => view.setFieldClause);
  const label = value === null ? field.name : `${field.name}: ${String(value)}`;
  if (trait.kind === "mean")
    return (
      <div className={classes.trait} title="Difference of the means, in standard deviations of the whole run">
        <div>
          <span>{label}</span>
          <b>{trait.shift > 0 ? "higher" : "lower"}</b>
        </div>
        <small>
          mean {number(inside)}, rest {number(outside)} ({number(Math.abs(trait.shift), 2)} sd)
        </small>
      </div>
    );
  const clause = filter.find((one) => one.kind === "compare" && one.field === field.name);
  return (
    <button type="button" className={classes.trait} title="Click to filter by this" onClick={() => setFieldClause(field.name, toggleValue(clause?.kind === "compare" ? clause : undefined, field.name, value as Scalar, false))}>
      <div>
        <span>{label}</span>
        <b>{percent(inside)}</b>
      </div>
      <div className={classes.shares}>
        <i style={{ width: `${inside * 100}%` }} />
        <i style={{ width: `${outside * 100}%` }} />
      </div>
      <small>rest {percent(outside)}</small>
    </button>
  );
}

/** A spread of `most` rows over all of them, first to last. */
function spread(rows: Uint32Array, most: number): number[] {
  if (rows.length <= most) return [...rows];
  return Array.from({ length: most }, (_, at) => rows[Math.floor((at * rows.length) / most)]);
}
