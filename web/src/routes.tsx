/** The page's addresses. They live behind the hash, so that any path prefix serves them. */
import { createHashHistory, createRootRoute, createRoute, createRouter, lazyRouteComponent } from "@tanstack/react-router";
import { AnalyzePage } from "./analysis/AnalyzePage";
import { ExplorePage } from "./explore/ExplorePage";
import { RunLayout } from "./explore/RunLayout";
import type { Search } from "./explore/viewUrl";
import { JobsPage } from "./jobs/JobsPage";
import { NetworkPage } from "./network/NetworkPage";
import { ProjectsPage } from "./projects/ProjectsPage";
import { RunsPage } from "./projects/RunsPage";
import { SamplesPage } from "./samples/SamplesPage";
import { EmptyState } from "./shell/EmptyState";
import { ErrorNotice } from "./shell/ErrorNotice";
import { Shell } from "./shell/Shell";

const root = createRootRoute({
  component: Shell,
  notFoundComponent: () => <EmptyState title="There is no such page">The address leads nowhere. Choose a view on the left.</EmptyState>,
  errorComponent: ({ error, reset }) => <ErrorNotice error={error} retry={reset} />,
});

const projects = createRoute({ getParentRoute: () => root, path: "/", component: ProjectsPage });
const runs = createRoute({ getParentRoute: () => root, path: "/projects/$project", component: RunsPage });
const jobs = createRoute({ getParentRoute: () => root, path: "/jobs", component: JobsPage });
const run = createRoute({
  getParentRoute: () => root,
  path: "/runs/$run",
  component: RunLayout,
  validateSearch: (search: Record<string, unknown>): Search => search as Search,
});
const explore = createRoute({ getParentRoute: () => run, path: "/", component: ExplorePage });
const samples = createRoute({ getParentRoute: () => run, path: "/samples", component: SamplesPage });
const analyze = createRoute({ getParentRoute: () => run, path: "/analyze", component: AnalyzePage });
const network = createRoute({ getParentRoute: () => run, path: "/network", component: NetworkPage });
/** Loaded when first opened: charts are a large library that no other view needs. */
const dashboards = createRoute({
  getParentRoute: () => run,
  path: "/dashboards/{-$dashboard}",
  component: lazyRouteComponent(() => import("./dashboards/DashboardsPage"), "DashboardsPage"),
});

export const router = createRouter({
  routeTree: root.addChildren([projects, runs, jobs, run.addChildren([explore, samples, analyze, network, dashboards])]),
  history: createHashHistory(),
  // Every part of a search is a text; views encode themselves (explore/viewUrl.ts).
  parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
  stringifySearch: (search) => {
    const text = new URLSearchParams(search as Record<string, string>).toString();
    return text ? `?${text}` : "";
  },
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
