/** What the server says, under the names the page uses. All of it is generated from the OpenAPI document. */
import type { components } from "./schema";

type Schemas = components["schemas"];

export type ErrorDetail = Schemas["ErrorDetail"];
export type Field = Schemas["FieldInfo"];
export type FieldGroup = Schemas["FieldGroup"];
export type FieldType = Schemas["FieldType"];
export type Project = Schemas["ProjectSummary"];
export type RunSummary = Schemas["RunSummary"];
export type RunDetails = Schemas["RunDetails"];
export type MapInfo = Schemas["MapInfo"];
export type Cluster = Schemas["ClusterInfo"];
export type Trait = Schemas["Trait"];
export type Sample = Schemas["SampleDetails"];
export type SampleField = Schemas["FieldValue"];
export type SamplePrediction = Schemas["SamplePrediction"];
export type SampleVisual = Schemas["SampleVisual"];
export type Located = Schemas["SampleRef"];
export type Job = Schemas["Job"];
export type JobStatus = Job["status"];
export type Failure = Schemas["Failure"];
export type ServerSummary = Schemas["FieldSummary"];
export type MapRequest = Schemas["MapRequest"];
export type NetworkDetails = Schemas["NetworkDetails"];
export type NetworkNode = Schemas["NetworkNode"];
export type WiredFunction = Schemas["WiredFunction"];
export type HeatMap = Schemas["HeatMap"];
export type Explanation = Schemas["Explanation"];
export type Similars = Schemas["Similars"];
export type SimilarRequest = Schemas["SimilarRequest"];
export type Share = Schemas["Share"];
export type TellingField = Schemas["TellingField"];
export type Scalar = string | number | boolean | null;
