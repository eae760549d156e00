import { Button } from "@mantine/core";
import type { HeatMap } from "../api/types";
import { strongest } from "../heat/grid";
import { number } from "../theme/format";
import classes from "./analysis.module.css";
import { read } from "./laying";
import { MapCaption, MapFigure } from "./MapFigure";
import { gridOf, mapAt, type Place, type Told } from "./maps";
import { Patience } from "./Patience";
import { isPicture, SmallMap } from "./SmallMap";
import { type Analysis, sharesScale } from "./state";
import type { Choice } from "./targets";

export interface Shown {
  choice: Choice;
  told: Told | null;
}

/** The scale that maps share; null: each has its own. */
export function scaleOf(maps: [HeatMap, Choice][], together: boolean): number | null {
  return together ? strongest(maps.map(([map, choice]) => read(gridOf(map), choice.reading))) : null;
}

/** Targets side by side, large. */
export function SideBySide({ shown, place: { over, visuals, positions }, analysis }: { shown: (Shown & { title: string })[]; place: Place; analysis: Analysis }) {
  const known = shown.map(({ title, choice, told }) => ({ title, choice, told, map: told ? mapAt(told, over, analysis.layer) : undefined }));
  const most = scaleOf(known.flatMap(({ map, choice }): [HeatMap, Choice][] => (map ? [[map, choice]] : [])), sharesScale(analysis));
  return (
    <div className={classes.beside} data-testid="beside">
      {known.map(({ title, choice, told, map }) => (
        <div key={title}>
          <h4>{title}</h4>
          {told && map ? <MapFigure {...{ map, told, choice, visuals, positions, analysis, most }} /> : <Patience>Making the map…</Patience>}
        </div>
      ))}
    </div>
  );
}

/** Every class as a small map; a click shows one large. */
export function ClassGrid({ shown, place: { over, visuals }, analysis, onChoose }: { shown: Shown[]; place: Place; analysis: Analysis; onChoose: (key: string) => void }) {
  const known = shown.flatMap(({ choice, told }) => {
    const map = told && mapAt(told, over, analysis.layer);
    return told && map ? [{ choice, told, map }] : [];
  });
  const most = scaleOf(known.map(({ map, choice }) => [map, choice]), sharesScale(analysis));
  const visual = visuals.find(isPicture);
  return (
    <div data-testid="class-grid">
      <div className={classes.grid}>
        {known.map(({ choice, told, map }) => (
          <Button key={choice.key} variant="subtle" color="gray" className={classes.cell} onClick={() => onChoose(choice.key)} data-testid="class-cell" data-key={choice.key}>
            <span>
              <b>{choice.label}</b>
              {choice.predicted && <em>predicted</em>}
              {choice.truth && <em data-truth>true</em>}
              <i title="The target's number for this sample">{number(told.value, 3)}</i>
            </span>
            <SmallMap {...{ map, told, choice, visual, analysis, most }} />
          </Button>
        ))}
      </div>
      {known.length < shown.length && <Patience>Making a map for every class…</Patience>}
      {known[0] && (
        <>
          <p className={classes.note}>{sharesScale(analysis) ? "All maps share one scale." : "Each map has its own scale: its strongest place has the strongest colour, however weak."}</p>
          <MapCaption map={known[0].map} told={known[0].told} choice={null} />
        </>
      )}
    </div>
  );
}
