import { Button, Group, Skeleton } from "@mantine/core";
import { IconLayoutDashboard, IconSparkles, IconUpload } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useStore } from "zustand";
import { changeDashboard, type Dashboard } from "../api/dashboards";
import { queryClient } from "../api/queries";
import { useRun } from "../explore/run";
import { EmptyState } from "../shell/EmptyState";
import { ErrorNotice } from "../shell/ErrorNotice";
import { Asking } from "./asking/scene";
import { Board } from "./Board";
import classes from "./dashboards.module.css";
import { DashboardContext } from "./document/context";
import { emptyDocument } from "./document/file";
import { openDashboard } from "./document/saving";
import { lastDashboard, rememberDashboard } from "./lastDashboard";
import { ImportButton } from "./ImportButton";
import { dashboardQuery, dashboardsQuery } from "./queries";
import { useDashboards, useShow } from "./useDashboards";

/** A dashboard of the run's project: the one in the address, else the one that was open last, else the first. */
export function DashboardsPage() {
  const { run } = useRun();
  const { dashboard: wanted } = useParams({ strict: false });
  const all = useQuery(dashboardsQuery(run.project));
  const last = all.data?.find(({ id }) => id === lastDashboard(run.project));
  const id = wanted ?? (last ?? all.data?.[0])?.id;
  const one = useQuery({ ...dashboardQuery(id ?? ""), enabled: id !== undefined });
  const show = useShow();
  useEffect(() => {
    // The address names what it shows, so that a link leads to the same.
    if (id !== undefined && wanted === undefined) show(id, true);
    if (one.data) rememberDashboard(one.data.project, one.data.id);
  });
  if (all.isError) return <ErrorNotice error={all.error} retry={() => void all.refetch()} />;
  if (all.data?.length === 0 && !wanted) return <NoDashboards />;
  if (one.isError) return <Gone error={one.error} retry={() => void one.refetch()} />;
  if (!one.data)
    return (
      <div className={classes.page}>
        <div className={classes.bar}>
          <Skeleton height={18} width={180} />
        </div>
      </div>
    );
  return <Opened key={one.data.id} dashboard={one.data} />;
}

const save: typeof changeDashboard = async (id, document, revision) => {
  const kept = await changeDashboard(id, document, revision);
  queryClient.setQueryData(dashboardQuery(id).queryKey, kept);
  void queryClient.invalidateQueries({ queryKey: ["dashboards", kept.project] });
  return kept;
};

function Opened({ dashboard }: { dashboard: Dashboard }) {
  const [store] = useState(() => openDashboard(dashboard, save));
  const unsaved = useStore(store, ({ saved }) => saved.state !== "saved");
  useEffect(() => store.getState().adopt(dashboard), [store, dashboard]);
  useEffect(() => () => void store.getState().flush(), [store]);
  useEffect(() => {
    if (!unsaved) return;
    const ask = (event: BeforeUnloadEvent) => {
      void store.getState().flush();
      event.preventDefault();
    };
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [store, unsaved]);
  return (
    <DashboardContext value={store}>
      <Asking>
        <Board />
      </Asking>
    </DashboardContext>
  );
}

function NoDashboards() {
  const { create, createDefault } = useDashboards();
  const error = createDefault.error ?? create.error;
  return (
    <>
      <EmptyState
        icon={<IconLayoutDashboard size={22} stroke={1.5} />}
        title="This project has no dashboard yet"
        action={
          <Group gap={8}>
            <Button variant="filled" leftSection={<IconSparkles size={14} />} loading={createDefault.isPending} onClick={() => createDefault.mutate()} data-testid="make-default">
              Make a default dashboard
            </Button>
            <Button onClick={() => create.mutate(emptyDocument("Dashboard"))} data-testid="make-empty">
              Begin with an empty one
            </Button>
            <ImportButton onImport={create.mutateAsync}>
              {(button) => (
                <Button {...button} leftSection={<IconUpload size={14} />}>
                  Import a file
                </Button>
              )}
            </ImportButton>
          </Group>
        }
      >
        A dashboard shows charts of a run side by side under one filter. The default one is made from the fields that this run has.
      </EmptyState>
      {error !== null && <ErrorNotice error={error} />}
    </>
  );
}

/** The dashboard in the address is not there (any more). */
function Gone({ error, retry }: { error: unknown; retry: () => void }) {
  const show = useShow();
  return (
    <>
      <ErrorNotice error={error} retry={retry} />
      <Button ml={12} onClick={() => show(undefined)}>
        Show another dashboard
      </Button>
    </>
  );
}
