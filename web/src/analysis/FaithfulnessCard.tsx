import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { faithfulnessQuery } from "../api/queries";
import type { Faithfulness, FaithfulnessRequest, HeatMap } from "../api/types";
import { useRun } from "../explore/run";
import panel from "../samples/panel.module.css";
import { ErrorNotice } from "../shell/ErrorNotice";
import { number } from "../theme/format";
import { extent, path, ticks } from "../visuals/axis";
import classes from "./analysis.module.css";
import type { Told } from "./maps";
import type { Analysis } from "./state";
import { Patience } from "./Patience";
import type { Choice } from "./targets";
import { verdicts } from "./verdicts";

/** Tests the map on show, when asked: what happens to the target as what it marks goes, or comes. */
export function FaithfulnessCard({ row, map, told, choice, analysis }: { row: number; map: HeatMap; told: Told; choice: Choice; analysis: Analysis }) {
  const { run } = useRun();
  const question: FaithfulnessRequest = {
    rows: [row],
    targets: [choice.target],
    method: told.answer.method,
    layers: analysis.layers,
    signed: told.answer.signed,
    over: map.over,
    layer: map.layer,
  };
  const name = JSON.stringify(question);
  const [asked, setAsked] = useState<string | null>(null);
  const query = useQuery({ ...faithfulnessQuery(run.id, question), enabled: asked === name });
  return (
    <section className={panel.card} data-testid="faithfulness">
      <h3>Is the map faithful?</h3>
      {!query.data && asked !== name && (
        <>
          <p className={classes.note}>Deletes what the map marks, the strongest first, and inserts it into an empty input; a faithful map moves the target faster than chance does.</p>
          <Button onClick={() => setAsked(name)} disabled={told.stale} data-testid="test-map">
            Test this map
          </Button>
        </>
      )}
      {asked === name && query.isPending && <Patience>Testing: some dozens of forward passes…</Patience>}
      {query.isError && <ErrorNotice error={query.error} retry={() => void query.refetch()} />}
      {query.data && <Curves curves={query.data} />}
    </section>
  );
}

function Curves({ curves }: { curves: Faithfulness }) {
  return (
    <>
      {verdicts(curves).map((text) => (
        <p key={text} className={classes.verdict}>
          {text}
        </p>
      ))}
      <div className={classes.curves}>
        <Chart title="Deleted" shares={curves.shares} map={curves.deletion} random={curves.random_deletion} />
        <Chart title="Inserted" shares={curves.shares} map={curves.insertion} random={curves.random_insertion} />
      </div>
      <div className={classes.key}>
        <span data-map>by the map</span>
        <span data-random>at random</span>
      </div>
    </>
  );
}

const WIDTH = 140;
const HEIGHT = 96;
const LEFT = 30;
const BOTTOM = 14;
const TOP = 4;

function Chart({ title, shares, map, random }: { title: string; shares: number[]; map: number[]; random: number[] }) {
  const [low, high] = extent([map, random]);
  const x = (at: number) => LEFT + shares[at] * (WIDTH - LEFT - 4);
  const y = (value: number) => TOP + (1 - (value - low) / (high - low)) * (HEIGHT - BOTTOM - TOP);
  return (
    <figure data-testid="curve">
      <figcaption>{title}</figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={`The target as the input is ${title.toLowerCase()}: by the map from ${number(map[0])} to ${number(map.at(-1))}`}>
        {ticks(low, high, 3).map((tick) => (
          <g key={tick}>
            <line x1={LEFT} x2={WIDTH - 4} y1={y(tick)} y2={y(tick)} />
            <text x={LEFT - 4} y={y(tick) + 3} textAnchor="end">
              {number(tick, 2)}
            </text>
          </g>
        ))}
        <text x={LEFT} y={HEIGHT - 2}>
          0 %
        </text>
        <text x={WIDTH - 4} y={HEIGHT - 2} textAnchor="end">
          100 %
        </text>
        <path d={path(random, x, y)} data-random />
        <path d={path(map, x, y)} data-map />
      </svg>
    </figure>
  );
}
