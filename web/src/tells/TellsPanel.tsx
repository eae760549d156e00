import { ActionIcon, Button, Switch, Tooltip } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { use, useState } from "react";
import { Patience } from "../analysis/Patience";
import type { Tells, TellsAnswer } from "../api/dashboards";
import { Picker } from "../explore/Picker";
import { lossField, useRun } from "../explore/run";
import { useDesk } from "../dashboards/desk";
import { addDashlet } from "../dashboards/document/change";
import { DashboardContext } from "../dashboards/document/context";
import { FieldList } from "../filters/FieldList";
import { isNumber } from "../samples/sorting";
import { EmptyState } from "../shell/EmptyState";
import { ErrorNotice } from "../shell/ErrorNotice";
import { count } from "../theme/format";
import { asDashlet } from "./asDashlet";
import { TellLine } from "./TellLine";
import classes from "./tells.module.css";
import { useTells } from "./useTells";
import { CERTAIN } from "./words";

const SIZE = { w: 8, h: 8 };

/** Which fields tell about a metric, the most telling first. */
export function TellsPanel() {
  const { fields } = useRun();
  const set = useDesk((desk) => desk.set);
  const numbers = fields.filter(isNumber);
  const [chosen, setChosen] = useState<string | null>(null);
  const [everything, setEverything] = useState(false);
  const metric = chosen ?? (lossField(fields) ?? numbers.find(({ group }) => group === "metric") ?? numbers[0])?.name;
  return (
    <div className={classes.panel} data-testid="tells">
      <header className={classes.head}>
        <Picker label="What explains" value={metric ?? "nothing"} testid="tells-metric">
          {(close) => (
            <FieldList
              fields={numbers}
              chosen={metric ? [metric] : []}
              onChoose={(name) => {
                setChosen(name);
                close();
              }}
            />
          )}
        </Picker>
        <span className={classes.space} />
        <Tooltip label="Predictions, losses and other metrics too. They tell about it because they are made of the same outputs, not because they cause it.">
          <Switch label="everything" checked={everything} onChange={(event) => setEverything(event.currentTarget.checked)} data-testid="tells-everything" />
        </Tooltip>
        <ActionIcon size={26} onClick={() => set({ tells: false })} aria-label="Close">
          <IconX size={15} />
        </ActionIcon>
      </header>
      {metric ? <Ranking metric={metric} everything={everything} /> : <EmptyState compact title="No numbers to explain">This run has no loss, metric or other field of numbers.</EmptyState>}
    </div>
  );
}

function Ranking({ metric, everything }: { metric: string; everything: boolean }) {
  const client = useQueryClient();
  const dashboard = use(DashboardContext);
  const query = useTells(metric, everything);
  const add = (tell: Tells) => {
    dashboard?.getState().change((document) => addDashlet(document, asDashlet(tell, metric), SIZE));
    // The page goes to it, or nothing seems to happen where it stands below the others.
    useDesk.getState().set({ focused: dashboard?.getState().document.dashlets.at(-1)?.id ?? null });
  };
  if (query.error) return <ErrorNotice error={query.error} retry={() => void query.refetch()} />;
  return (
    <div className={classes.scroll} data-stale={query.isPlaceholderData || undefined} data-ready={(query.data && !query.isPlaceholderData) || undefined}>
      {query.isFetching && (
        <div className={classes.waiting}>
          <Patience late="The first question reads the whole run, which takes a few seconds; those after it are quick.">Shuffling…</Patience>
          <Button className={classes.cancel} size="compact-xs" variant="subtle" color="gray" onClick={() => void client.cancelQueries({ queryKey: ["tells"] })}>
            Cancel
          </Button>
        </div>
      )}
      {!query.data && !query.isFetching && (
        <EmptyState compact title="Not asked" action={<Button onClick={() => void query.refetch()}>Ask</Button>}>
          The question was cancelled.
        </EmptyState>
      )}
      {query.data && <Ranked answer={query.data} onAdd={dashboard ? add : null} />}
    </div>
  );
}

function Ranked({ answer, onAdd }: { answer: TellsAnswer; onAdd: ((tell: Tells) => void) | null }) {
  const { fields, metric, permutations, samples, shuffled, skipped } = answer;
  const [all, setAll] = useState(false);
  const certain = fields.filter((tell) => tell.p_value < CERTAIN);
  const rest = fields.length - certain.length;
  const shown = all ? fields : certain;
  const most = Math.max(0, ...fields.map(({ information }) => information));
  return (
    <>
      <p className={classes.scope} title="A field's p-value is the share of shuffles of the metric in which some field tells as much by chance.">
        Among {count(samples)} samples{shuffled < samples ? `, ${count(permutations)} shuffles of an even ${count(shuffled)}` : `, ${count(permutations)} shuffles`}. It says what goes together, not what causes what.
      </p>
      {certain.length === 0 && <p className={classes.none}>No field tells more about {metric} than chance may give.</p>}
      <ol className={classes.list}>
        {shown.map((tell) => (
          <TellLine key={tell.field} tell={tell} metric={metric} permutations={permutations} most={most} onAdd={onAdd} />
        ))}
      </ol>
      {rest > 0 && (
        <Button size="compact-xs" variant="subtle" color="gray" onClick={() => setAll(!all)} data-testid="tells-all">
          {all ? "Only those beyond chance" : `${count(rest)} more that tell no more than chance may give`}
        </Button>
      )}
      {Object.keys(skipped).length > 0 && (
        <details className={classes.skipped}>
          <summary>Not ranked: {count(Object.keys(skipped).length)}</summary>
          <dl>
            {Object.entries(skipped).map(([field, why]) => (
              <div key={field}>
                <dt>{field}</dt>
                <dd>{why}</dd>
              </div>
            ))}
          </dl>
        </details>
      )}
    </>
  );
}
