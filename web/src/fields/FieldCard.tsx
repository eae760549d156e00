import { Portal } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import * as api from "../api/client";
import type { Field, ServerSummary } from "../api/types";
import { GROUPS, useField, useRun, useView } from "../explore/run";
import { fromServer } from "../filters/engine";
import { Histogram } from "../filters/Histogram";
import { active } from "../filters/types";
import { count, number, percent, value as show } from "../theme/format";
import classes from "./fieldCard.module.css";
import { cardPlace } from "./cardPlace";
import { type Rested, useRested } from "./fieldHover";

const MOST_VALUES = 6;

/** What a field holds, beside its name, while the pointer rests on that. */
export function FieldCard() {
  const rested = useRested((state) => state.rested);
  const field = useField(rested?.field ?? null);
  if (!rested || !field) return null;
  return (
    <Portal>
      <Card field={field} box={rested.box} side={rested.side} />
    </Portal>
  );
}

function Card({ field, box, side }: Omit<Rested, "field"> & { field: Field }) {
  const { run, map } = useRun();
  const filter = active(useView((view) => view.filter));
  const { data, error } = useQuery({
    queryKey: ["statistics", run.id, map?.id ?? null, field.name, filter],
    queryFn: ({ signal }) => api.summary(run.id, field.name, filter, map?.id ?? null, signal),
    staleTime: Infinity,
    gcTime: 60_000,
    retry: false,
  });
  const group = GROUPS.find((one) => one.group === field.group)?.title ?? field.group;
  return (
    <div className={classes.card} style={cardPlace(box, side, { width: window.innerWidth, height: window.innerHeight })} role="tooltip" data-testid="field-card" data-field={field.name}>
      <header>
        <b>{field.name}</b>
        <span>
          {group}, {TYPES[field.type]}
        </span>
      </header>
      {field.description && <p>{field.description}</p>}
      {field.expression && <code>{field.expression}</code>}
      <div className={classes.body}>
        {error !== null && <p>{error.message}</p>}
        {data && <Statistics answer={data} filtered={filter.length > 0} />}
      </div>
    </div>
  );
}

const TYPES: Record<Field["type"], string> = { float: "numbers", integer: "whole numbers", string: "texts", boolean: "yes or no" };

function Statistics({ answer, filtered }: { answer: ServerSummary; filtered: boolean }) {
  const summary = fromServer(answer);
  return (
    <>
      {summary.kind === "numeric" && <Histogram summary={summary} range={null} height={40} />}
      {summary.kind === "categorical" && (
        <ul className={classes.values}>
          {summary.values.slice(0, MOST_VALUES).map(({ value, all, matching }) => (
            <li key={String(value)} title={show(value)}>
              <i style={{ width: `${(all / summary.values[0].all) * 100}%` }} />
              <i data-matching style={{ width: `${(matching / summary.values[0].all) * 100}%` }} />
              <span>{show(value)}</span>
              <em>{percent(all / answer.total)}</em>
            </li>
          ))}
        </ul>
      )}
      <dl className={classes.facts}>
        {facts(answer).map(([name, said]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{said}</dd>
          </div>
        ))}
      </dl>
      {filtered && (
        <p className={classes.note}>
          Bright: the {count(answer.matching)} samples that match; behind: all {count(answer.total)}.
        </p>
      )}
    </>
  );
}

/** What is said of a field in numbers. */
export function facts({ total, missing, distinct, numeric }: ServerSummary): [name: string, said: string][] {
  const gone: [string, string] = ["missing", missing === 0 ? "none" : `${count(missing)} (${percent(missing / total)})`];
  if (!numeric) return [["different values", count(distinct)], gone];
  const known: [string, string][] = [
    ["range", `${number(numeric.min)} – ${number(numeric.max)}`],
    ["mean", number(numeric.mean)],
  ];
  if (numeric.infinite > 0) known.push(["infinite", count(numeric.infinite)]);
  return [...known, gone];
}
