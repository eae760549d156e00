import type { ReactNode } from "react";
import { thumbnail } from "../api/client";
import type { Share, Similars, TellingField } from "../api/types";
import { useRun, useView } from "../explore/run";
import { toggleValue } from "../filters/describe";
import { Thumbnail } from "../samples/Thumbnail";
import { count, number, percent, value as show } from "../theme/format";
import classes from "./similars.module.css";
import { lossWords, tellingWords } from "./words";

const MOST_THUMBNAILS = 24;

/** What queries and similars together have in common, against all samples. */
export function Reading({ found, children }: { found: Similars; children?: ReactNode }) {
  const members = found.queries.length + found.rows.length;
  return (
    <aside className={classes.reading} data-testid="similars-reading">
      <p className={classes.key}>
        <i /> these {count(members)} <i data-rest /> all samples
      </p>
      <Loss found={found} />
      {Object.entries(found.shares).map(([field, shares]) => (
        <Shares key={field} field={field} shares={shares} />
      ))}
      <section>
        <h3>What tells them from the rest</h3>
        {found.telling.map((field) => (
          <TellingRow key={field.field} field={field} />
        ))}
        {found.telling.length === 0 && <p className={classes.none}>No field says more than chance would.</p>}
      </section>
      <Thumbnails rows={found.odd} title="Odd ones out" testid="similars-odd">
        The label differs from the neighbours’: ambiguous or mislabelled.
      </Thumbnails>
      <Thumbnails rows={found.unlabeled} title="Candidates to label" testid="similars-unlabeled">
        Unlabeled, among samples that the model sees alike.
      </Thumbnails>
      {children}
    </aside>
  );
}

function Loss({ found: { mean_loss: group, population_loss: all } }: { found: Similars }) {
  if (group === null || all === null) return null;
  const { text, worse } = lossWords(group, all);
  return (
    <section className={classes.loss} title={`Mean loss of these samples, against ${number(all)} over all samples of the run`} data-testid="similars-loss">
      <span>mean loss</span>
      <b>{number(group, 3)}</b>
      <em data-worse={worse === true || undefined}>{text}</em>
    </section>
  );
}

function Shares({ field, shares }: { field: string; shares: Share[] }) {
  const filter = useView((view) => view.filter);
  const setFieldClause = useView((view) => view.setFieldClause);
  const clause = filter.find((one) => one.kind === "compare" && one.field === field);
  return (
    <section data-testid={`similars-shares-${field}`}>
      {shares.map(({ value, inside, population }, at) => (
        <button
          type="button"
          key={String(value)}
          className={classes.share}
          disabled={value === null}
          title={`${show(value)}: ${percent(inside)} of these, ${percent(population)} of all. Click to filter by it.`}
          onClick={() => value !== null && setFieldClause(field, toggleValue(clause?.kind === "compare" ? clause : undefined, field, value, false))}
        >
          <b>{at === 0 && field}</b>
          <span>{show(value)}</span>
          <div>
            <i style={{ width: `${inside * 100}%` }} />
            <i style={{ width: `${population * 100}%` }} data-rest />
          </div>
          <em>{percent(inside)}</em>
        </button>
      ))}
    </section>
  );
}

function TellingRow({ field }: { field: TellingField }) {
  const { text, rest } = tellingWords(field);
  return (
    <div className={classes.telling} title={`${rest}. It explains ${percent(field.information)} of who belongs to these samples.`}>
      <span>{text}</span>
      <em>{rest}</em>
    </div>
  );
}

function Thumbnails({ rows, title, children, testid }: { rows: number[]; title: string; children: ReactNode; testid: string }) {
  const { run } = useRun();
  const set = useView((view) => view.set);
  const sample = useView((view) => view.sample);
  if (rows.length === 0) return null;
  return (
    <section data-testid={testid}>
      <h3>
        {title} <em>{count(rows.length)}</em>
      </h3>
      <p className={classes.none}>{children}</p>
      <div className={classes.thumbs}>
        {rows.slice(0, MOST_THUMBNAILS).map((row) => (
          <button type="button" key={row} data-here={row === sample || undefined} onClick={() => set({ sample: row })} aria-label={`Open sample at row ${row}`}>
            <Thumbnail src={thumbnail(run.id, row)} size={40} />
          </button>
        ))}
      </div>
    </section>
  );
}
