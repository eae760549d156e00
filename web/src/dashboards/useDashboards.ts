/** What can be done with the dashboards of a project; each leads to the dashboard that it made. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import * as api from "../api/dashboards";
import { useRun } from "../explore/run";
import { dashboardQuery } from "./queries";

export function useDashboards() {
  const { run } = useRun();
  const client = useQueryClient();
  const show = useShow();
  const onSuccess = (made: api.Dashboard) => {
    client.setQueryData(dashboardQuery(made.id).queryKey, made);
    void client.invalidateQueries({ queryKey: ["dashboards", run.project] });
    show(made.id);
  };
  const create = useMutation({ mutationFn: (document: api.DashboardDocument) => api.createDashboard(run.project, document), onSuccess });
  const createDefault = useMutation({ mutationFn: () => api.createDefaultDashboard(run.id), onSuccess });
  const remove = useMutation({
    mutationFn: api.deleteDashboard,
    onSuccess: (_, id) => {
      client.removeQueries(dashboardQuery(id));
      void client.invalidateQueries({ queryKey: ["dashboards", run.project] });
      show(undefined);
    },
  });
  return { create, createDefault, remove };
}

/** Goes to another dashboard of the run; undefined: to the first. The view stays, but for what is enlarged. */
export function useShow(): (dashboard: string | undefined, replace?: boolean) => void {
  const navigate = useNavigate();
  const { run } = useRun();
  return (dashboard, replace = false) =>
    void navigate({
      replace,
      to: "/runs/$run/dashboards/{-$dashboard}",
      params: { run: run.id, dashboard },
      search: (before: Record<string, string | undefined>) => {
        const search = { ...before };
        if (!replace) delete search.dashlet;
        return search as Record<string, string>;
      },
    });
}
