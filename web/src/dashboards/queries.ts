/** Dashboards of a project, as TanStack Query keeps them. */
import { queryOptions } from "@tanstack/react-query";
import * as api from "../api/dashboards";

export const dashboardsQuery = (project: string) => queryOptions({ queryKey: ["dashboards", project], queryFn: () => api.dashboards(project) });

export const dashboardQuery = (dashboard: string) => queryOptions({ queryKey: ["dashboard", dashboard], queryFn: () => api.dashboard(dashboard) });
