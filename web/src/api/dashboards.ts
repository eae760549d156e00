/** Charts, dashboards and what a project keeps beside its runs. */
import { data, http, wire } from "./client";
import type { components } from "./schema";
import type { Filter } from "../filters/types";

type Schemas = components["schemas"];

export type ChartsRequest = Schemas["ChartsRequest"];
export type ChartQuestion = ChartsRequest["questions"][number];
export type ChartsAnswer = Schemas["ChartsAnswer"];
export type ChartAnswer = ChartsAnswer["answers"][number];
export type GroupsQuestion = Schemas["GroupsQuestion"];
export type GroupsAnswer = Schemas["GroupsAnswer"];
export type PointsAnswer = Schemas["PointsAnswer"];
export type DecisionsAnswer = Schemas["DecisionsAnswer"];
export type DecisionCurve = Schemas["DecisionCurve"];
export type SplitValues = Schemas["SplitValues"];
export type Split = Schemas["Split"];
export type Measure = Schemas["Measure"];
export type Aggregate = Schemas["Aggregate"];
export type DashboardSummary = Schemas["DashboardSummary"];
/** As the server sends it: with nothing left out that has a default. */
export type Dashlet = Required<Schemas["Dashlet"]>;
export type DashboardDocument = Omit<Schemas["DashboardDocument"], "dashlets"> & { dashlets: Dashlet[] };
export type Dashboard = Omit<Schemas["Dashboard"], "document"> & { document: DashboardDocument };
export type DashletKind = Schemas["DashletKind"];
export type Settings = Schemas["Settings"];
export type Place = Schemas["Place"];
export type DerivedField = Schemas["DerivedField"];
export type DerivedFieldRequest = Schemas["DerivedFieldRequest"];
export type DerivedFieldCheckRequest = Schemas["DerivedFieldCheckRequest"];
export type Collection = Schemas["Collection"];
export type Tells = Schemas["Tells"];
export type TellsRequest = Schemas["TellsRequest"];
export type TellsAnswer = Schemas["TellsAnswer"];
export type TrainingCurves = Schemas["TrainingCurves"];
export type ExportRequest = Schemas["ExportRequest"];

const ofRun = (run: string) => ({ path: { run } });
const ofProject = (project: string) => ({ path: { project } });

export const charts = (run: string, body: ChartsRequest, signal?: AbortSignal) =>
  data(http.POST("/api/runs/{run}/charts", { params: ofRun(run), body, signal }));

export const tells = (run: string, body: TellsRequest, signal?: AbortSignal) =>
  data(http.POST("/api/runs/{run}/tells", { params: ofRun(run), body, signal }));

export const training = (run: string) => data(http.GET("/api/runs/{run}/training", { params: ofRun(run) }));

export const rows = (run: string, body: Schemas["RowsRequest"], signal?: AbortSignal) =>
  data(http.POST("/api/runs/{run}/rows", { params: ofRun(run), body, signal }));

export const exportSamples = async (run: string, body: ExportRequest, signal?: AbortSignal) =>
  (await http.POST("/api/runs/{run}/export", { params: ofRun(run), body, signal, parseAs: "blob" })).data as Blob;

export const dashboards = (project: string) => data(http.GET("/api/projects/{project}/dashboards", { params: ofProject(project) }));
export const dashboard = async (dashboard: string) =>
  (await data(http.GET("/api/dashboards/{dashboard}", { params: { path: { dashboard } } }))) as Dashboard;
export const createDashboard = async (project: string, body: DashboardDocument) =>
  (await data(http.POST("/api/projects/{project}/dashboards", { params: ofProject(project), body }))) as Dashboard;
export const createDefaultDashboard = async (run: string) =>
  (await data(http.POST("/api/runs/{run}/dashboards/default", { params: ofRun(run) }))) as Dashboard;
export const changeDashboard = async (dashboard: string, document: DashboardDocument, revision: number) =>
  (await data(http.PUT("/api/dashboards/{dashboard}", { params: { path: { dashboard } }, body: { document, revision } }))) as Dashboard;
export const deleteDashboard = (dashboard: string) => data(http.DELETE("/api/dashboards/{dashboard}", { params: { path: { dashboard } } }));

export const derivedFields = (project: string) => data(http.GET("/api/projects/{project}/derived-fields", { params: ofProject(project) }));
export const createDerivedField = (project: string, body: DerivedFieldRequest) =>
  data(http.POST("/api/projects/{project}/derived-fields", { params: ofProject(project), body }));
export const checkDerivedField = (run: string, body: DerivedFieldCheckRequest, signal?: AbortSignal) =>
  data(http.POST("/api/runs/{run}/derived-fields/check", { params: ofRun(run), body, signal }));
export const deleteDerivedField = (field: string) => data(http.DELETE("/api/derived-fields/{field}", { params: { path: { field } } }));

export const collections = (project: string) => data(http.GET("/api/projects/{project}/collections", { params: ofProject(project) }));
export const createCollection = (run: string, collection: { name: string; description: string; filter: Filter; map: string | null }) =>
  data(http.POST("/api/runs/{run}/collections", { params: ofRun(run), body: { ...collection, filter: wire(collection.filter) } }));
export const deleteCollection = (collection: string) => data(http.DELETE("/api/collections/{collection}", { params: { path: { collection } } }));
export const applyCollection = async (run: string, collection: string) =>
  (await data(http.GET("/api/runs/{run}/collections/{collection}", { params: { path: { run, collection } } }))) as Filter;
