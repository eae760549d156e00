import { Skeleton } from "@mantine/core";
import { IconMoodEmpty } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, Outlet, useParams, useSearch } from "@tanstack/react-router";
import { useEffect, useMemo, useRef, useState } from "react";
import { useStore } from "zustand";
import { ApiError } from "../api/errors";
import { columnQuery, coordinatesQuery, queryClient, runQuery } from "../api/queries";
import type { Field, RunDetails } from "../api/types";
import { DerivedFields } from "../fields/DerivedFields";
import { FieldCard } from "../fields/FieldCard";
import { Engine } from "../filters/engine";
import { FilterBar } from "../filters/FilterBar";
import { EmptyState } from "../shell/EmptyState";
import { ErrorNotice } from "../shell/ErrorNotice";
import { FailuresLink } from "../projects/FailuresDialog";
import { rememberRun } from "../shell/lastRun";
import classes from "./explore.module.css";
import { allFields, type OpenRun, RunContext } from "./run";
import { Unfinished } from "./Unfinished";
import { useUrlSync } from "./useUrlSync";
import { createView } from "./view";
import { decodeView } from "./viewUrl";

/** Everything about one run: loads it, holds its view, shows the filter bar over each of its views. */
export function RunLayout() {
  const { run: id } = useParams({ from: "/runs/$run" });
  const run = useQuery(runQuery(id));
  useEffect(() => rememberRun(id), [id]);
  if (run.error instanceof ApiError && run.error.status === 409) return <Unfinished run={id} message={run.error.message} />;
  if (run.error instanceof ApiError && run.error.status === 404)
    return (
      <EmptyState icon={<IconMoodEmpty size={22} stroke={1.5} />} title="There is no such run" action={<Link to="/">Projects</Link>}>
        It was deleted, or the address is of another workspace.
      </EmptyState>
    );
  if (run.isError) return <ErrorNotice error={run.error} retry={() => void run.refetch()} />;
  if (run.isPending)
    return (
      <div className={classes.layout}>
        <div className={classes.barSkeleton}>
          <Skeleton height={20} width={220} />
        </div>
      </div>
    );
  if (run.data.samples === 0)
    return (
      <EmptyState icon={<IconMoodEmpty size={22} stroke={1.5} />} title="This run has no samples" action={<FailuresLink run={run.data} />}>
        {run.data.failures > 0 ? "Every one of them failed." : "Its subsets were empty. See that the integration script returns ids for them."}
      </EmptyState>
    );
  return <Opened key={id} run={run.data} />;
}

function Opened({ run }: { run: RunDetails }) {
  const search = useSearch({ from: "/runs/$run" });
  const [store] = useState(() => createView(decodeView(search)));
  useUrlSync(store);
  useEffect(() => {
    document.title = `${run.name} · percepta`;
    return () => {
      document.title = "percepta";
    };
  }, [run.name]);
  const fields = useMemo(() => allFields(run), [run]);
  const engine = useEngine(run, fields);
  const wanted = useStore(store, (view) => view.map);
  const map = useMemo(() => {
    const newest = [...run.maps].sort((a, b) => Date.parse(b.created) - Date.parse(a.created));
    return newest.find((one) => one.id === wanted) ?? newest[0] ?? null;
  }, [run.maps, wanted]);
  const open = useMemo<OpenRun | null>(() => engine && { run, fields, map, engine, store }, [run, fields, map, engine, store]);
  if (!open) return null;
  return (
    <RunContext value={open}>
      <div className={classes.layout}>
        <FilterBar />
        <div className={classes.below}>
          <Outlet />
        </div>
        <FieldCard />
        <DerivedFields />
      </div>
    </RunContext>
  );
}

/** A filter engine for as long as the run is open and its fields are what they were. */
function useEngine(run: RunDetails, fields: OpenRun["fields"]): Engine | null {
  const [engine, setEngine] = useState<Engine | null>(null);
  const known = useRef(new Map<string, Field>());
  useEffect(() => {
    known.current = new Map(fields.map((field) => [field.name, field]));
  }, [fields]);
  const derived = JSON.stringify(fields.flatMap(({ name, expression }) => (expression ? [[name, expression]] : [])));
  useEffect(() => {
    const made = new Engine(run.id, run.samples, {
      column: (name, map) => {
        const field = known.current.get(name);
        if (!field) throw new Error(`This run has no field '${name}'. Remove the filter on it.`);
        return queryClient.fetchQuery(columnQuery(run.id, field, map));
      },
      coordinates: (map) => queryClient.fetchQuery(coordinatesQuery(run.id, map)),
    });
    setEngine(made);
    return () => made.close();
  }, [run.id, run.samples, derived]);
  return engine;
}
