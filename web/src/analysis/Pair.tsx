import { Button, Skeleton, Tooltip } from "@mantine/core";
import { IconArrowsExchange } from "@tabler/icons-react";
import type { ReactNode } from "react";
import type { HeatMap } from "../api/types";
import { PredictionCard } from "../samples/PredictionCard";
import { EmptyState } from "../shell/EmptyState";
import { ErrorNotice } from "../shell/ErrorNotice";
import { number } from "../theme/format";
import classes from "./analysis.module.css";
import { scaleOf } from "./Comparison";
import { MapFigure } from "./MapFigure";
import { FUSED, mapAt, type Place, placesOf, versionOf } from "./maps";
import { differences } from "./pairs";
import { Patience } from "./Patience";
import { Plain } from "./Plain";
import { type Analysis, sharesScale } from "./state";
import { type Choice, isMeasured } from "./targets";
import type { Looked } from "./useLooked";
import type { Beside } from "./useOther";
import { OtherPicker } from "./OtherPicker";
import { usePair } from "./usePair";
import { VersionPicker } from "./VersionPicker";

/** Two samples, or one sample in two versions: the same target by the same method, on one scale, with its numbers. */
export function Pair({ here, row, analysis, onChange }: { here: Looked; row: number; analysis: Analysis; onChange: (part: Partial<Analysis>) => void }) {
  const { beside, there, notes, turn } = usePair(here, row, analysis);
  const scales = scalesOf([here, there], analysis);
  return (
    <>
      <div className={classes.beside} data-testid="pair">
        <Column looked={here} {...{ scales, analysis }} head={analysis.compare === "version" && here.run ? versionOf(here.run) : beside.note} />
        <Column
          looked={there}
          {...{ scales, analysis, notes }}
          lack={beside.lack}
          error={beside.error}
          head={
            <>
              {analysis.compare === "version" ? (
                <VersionPicker value={beside.run} onChoose={(against) => onChange({ against })} />
              ) : (
                <OtherPicker row={row} value={analysis.other} shown={there.sample ? String(there.sample.sample_id) : "…"} onChoose={(other) => onChange({ other })} />
              )}
              <Tooltip label="Turn: analyze this one, with the other beside it">
                <Button size="compact-xs" variant="subtle" color="gray" disabled={turn === null} onClick={() => turn?.()} aria-label="Turn" data-testid="turn">
                  <IconArrowsExchange size={14} />
                </Button>
              </Tooltip>
            </>
          }
        />
      </div>
      {sharesScale(analysis) && here.shown === FUSED && <p className={classes.note}>Fused maps are made of layers each scaled to its own strongest place: they compare where, not how much. Choose one layer to compare how much.</p>}
      <Differences here={here} there={there} />
    </>
  );
}

function Column({ looked, head, scales, analysis, lack = null, error = null, notes = NONE }: { looked: Looked; head: ReactNode; scales: Map<string, number>; analysis: Analysis; lack?: Beside["lack"]; error?: unknown; notes?: string[] }) {
  const { run, sample, choices, answers, told, network } = looked;
  const problem = error ?? looked.error ?? answers.error;
  const places = told && sample ? placesOf(told.answer, network, sample.visuals) : [];
  return (
    <section data-testid="pair-column" data-row={looked.row ?? undefined} data-run={run?.id}>
      <header>
        {sample && (
          <h4 title={`${sample.subset}/${sample.sample_id}`}>
            {String(sample.sample_id)} <span>{sample.subset}</span>
          </h4>
        )}
        <div className={classes.gap} />
        {head}
      </header>
      {lack && (
        <EmptyState compact title={lack.title}>
          {lack.why}
        </EmptyState>
      )}
      {problem !== null && <ErrorNotice error={problem} retry={problem === answers.error ? answers.retry : looked.retry} />}
      {!sample && lack === null && problem === null && <Skeleton height={280} />}
      {sample && !told && <Plain visuals={sample.visuals.slice(0, 1)} />}
      {sample && !told && choices.chosen && answers.pending && <Patience late="The first question to a version opens its model, which takes a few seconds.">Making the map…</Patience>}
      {places.map((place) => (
        <Figure key={place.over} {...{ place, looked, scales, analysis }} />
      ))}
      {notes.concat(told?.answer.notes ?? []).map((note) => (
        <p key={note} className={classes.tell} role="note" data-testid="explain-note">
          {note}
        </p>
      ))}
      {told && sample && places.length === 0 && <Plain visuals={sample.visuals.slice(0, 1)} />}
      {told && places.length === 0 && <p className={classes.note}>{told.answer.title} has no map of this sample: the layers it looked at have no positions.</p>}
      {sample?.predictions.map((prediction) => (
        <PredictionCard key={prediction.name} prediction={prediction} />
      ))}
    </section>
  );
}

function Figure({ place, looked, scales, analysis }: { place: Place; looked: Looked; scales: Map<string, number>; analysis: Analysis }) {
  const { told, choices } = looked;
  const map = told && mapAt(told, place.over, analysis.layer);
  if (!told || !choices.chosen) return null;
  if (!map)
    return (
      <>
        <Plain visuals={place.visuals} />
        <p className={classes.note}>The layer {analysis.layer} has no positions, so it has no map.</p>
      </>
    );
  return <MapFigure {...{ map, told, analysis, ...place }} choice={choices.chosen} most={scales.get(place.over) ?? null} />;
}

/** The scale that the maps over each input share; none where each has its own. */
function scalesOf(pair: Looked[], analysis: Analysis): Map<string, number> {
  const maps = pair.flatMap(({ told, choices, sample, network }): [HeatMap, Choice][] => {
    const { chosen } = choices;
    if (!told || !chosen || !sample) return [];
    return placesOf(told.answer, network, sample.visuals).flatMap(({ over }): [HeatMap, Choice][] => {
      const map = mapAt(told, over, analysis.layer);
      return map ? [[map, chosen]] : [];
    });
  });
  const overs = new Set(maps.map(([map]) => map.over));
  return new Map(
    [...overs].flatMap((over): [string, number][] => {
      const most = scaleOf(maps.filter(([map]) => map.over === over), sharesScale(analysis));
      return most === null ? [] : [[over, most]];
    }),
  );
}

const NONE: string[] = [];

function targetsOf({ choices }: Looked): Choice[] {
  return [...choices.classes, ...choices.losses];
}

/** The targets' numbers of both, and how far they are apart. */
function Differences({ here, there }: { here: Looked; there: Looked }) {
  const found = differences(targetsOf(here), targetsOf(there), here.answers.of, there.answers.of);
  if (found.length === 0) return null;
  const most = Math.max(...found.map((one) => Math.abs(one.there - one.here)));
  return (
    <table className={classes.differences} data-testid="differences">
      <caption>The targets’ numbers: what the maps are about</caption>
      <thead>
        <tr>
          <th>target</th>
          <th>left</th>
          <th>right</th>
          <th>right − left</th>
        </tr>
      </thead>
      <tbody>
        {found.map(({ choice, here: left, there: right }) => (
          <tr key={choice.key} data-chosen={choice.key === here.choices.chosen?.key || undefined}>
            <td>{isMeasured(choice.target) ? choice.told : choice.label}</td>
            <td>{number(left, 3)}</td>
            <td>{number(right, 3)}</td>
            <td>
              {right > left ? "+" : ""}
              {number(right - left, 3)}
              <i data-lower={right < left || undefined} style={{ width: `${most > 0 ? (Math.abs(right - left) / most) * 68 : 0}px` }} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
