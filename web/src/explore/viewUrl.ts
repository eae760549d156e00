/** The view as the texts of an address, and back. What does not parse is left at its default. */
import { decodeAnalysis, encodeAnalysis } from "../analysis/state";
import { type Clause, type Filter, MAX_NAME } from "../filters/types";
import { decodeQuestion, encodeQuestion } from "../similars/question";
import { decodeRows, encodeRows } from "./rowsText";
import { type Camera, INITIAL, NOTHING, type Point, type Selection, type View } from "./view";

export type Search = Record<string, string>;

/** The address's parts for a view; defaults take no room. */
export function encodeView(view: View): Search {
  const search: Search = {};
  if (view.map !== null) search.map = view.map;
  if (view.color !== null) search.color = view.color;
  if (view.size !== null) search.size = view.size;
  if (view.hover !== null) search.hover = JSON.stringify(view.hover);
  if (view.filter.length > 0) search.filter = encodeFilter(view.filter);
  const selection = encodeSelection(view.selection, view.sample);
  if (selection) search.select = selection;
  if (view.sample !== null) search.sample = String(view.sample);
  if (view.camera !== null) search.camera = [view.camera.x, view.camera.y, view.camera.zoom].map(short).join(",");
  if (view.hide) search.hide = "1";
  if (view.drawer) search.drawer = "1";
  if (view.layout !== INITIAL.layout) search.layout = view.layout;
  if (view.sort !== null) search.sort = (view.sort.descending ? "-" : "+") + view.sort.field;
  if (view.columns !== null) search.columns = JSON.stringify(view.columns);
  if (!view.narrow) search.narrow = "0";
  Object.assign(search, encodeQuestion(view.similars, encodeFilter));
  if (view.step !== null) search.step = view.step;
  if (view.space !== null) search.space = view.space;
  if (view.operations !== null) search.operations = view.operations ? "1" : "0";
  if (view.versions.length > 0) search.versions = view.versions.join(",");
  if (view.dashlet !== null) search.dashlet = view.dashlet;
  return { ...search, ...encodeAnalysis(view.analysis) };
}

/** The view an address stands for. */
export function decodeView(search: Search): View {
  const sample = index(search.sample);
  return {
    map: search.map ?? null,
    color: search.color ?? null,
    size: search.size ?? null,
    hover: names(search.hover),
    filter: decodeFilter(search.filter),
    selection: search.select ? decodeSelection(search.select) : sample === null ? NOTHING : { polygons: [], rows: [sample] },
    sample,
    camera: camera(search.camera),
    hide: search.hide === "1",
    drawer: search.drawer === "1",
    layout: search.layout === "table" ? "table" : "grid",
    sort: /^[+-]./.test(search.sort ?? "") ? { field: search.sort.slice(1), descending: search.sort[0] === "-" } : null,
    columns: names(search.columns),
    narrow: search.narrow !== "0",
    similars: decodeQuestion(search, decodeFilter),
    step: search.step ?? null,
    space: search.space ?? null,
    operations: search.operations === "1" ? true : search.operations === "0" ? false : null,
    analysis: decodeAnalysis(search),
    versions: (search.versions ?? "").split(",").filter(Boolean),
    dashlet: search.dashlet ?? null,
  };
}

/** Whether moving between two views deserves a step of Back. */
export function isStep(from: Search, to: Search): boolean {
  const keys = new Set([...Object.keys(from), ...Object.keys(to)]);
  for (const slid of ["camera", "opacity"]) keys.delete(slid);
  return [...keys].some((key) => from[key] !== to[key]);
}

function encodeSelection({ polygons, rows }: Selection, sample: number | null): string {
  if (polygons.length === 0 && (rows.length === 0 || (rows.length === 1 && rows[0] === sample))) return "";
  const parts = polygons.map((polygon) => "p" + polygon.map((corner) => corner.map(short).join(",")).join("_"));
  if (rows.length > 0) {
    parts.push("r" + encodeRows([...rows].sort((a, b) => a - b)));
  }
  return parts.join("~");
}

function decodeSelection(text: string): Selection {
  const selection: Selection = { polygons: [], rows: [] };
  for (const part of text.split("~")) {
    if (part.startsWith("p")) {
      const polygon = part
        .slice(1)
        .split("_")
        .map((corner) => corner.split(",").map(Number))
        .filter((corner): corner is Point => corner.length === 2 && corner.every(Number.isFinite));
      if (polygon.length >= 3) selection.polygons.push(polygon);
    } else if (part.startsWith("r")) {
      selection.rows.push(...decodeRows(part.slice(1)));
    }
  }
  return selection;
}

/** Five telling digits: a dot's place on any screen. */
export function short(value: number): string {
  return String(Number(value.toPrecision(5)));
}

function index(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : null;
}

function camera(text: string | undefined): Camera | null {
  const parts = (text ?? "").split(",").map(Number);
  if (parts.length !== 3 || !parts.every(Number.isFinite) || !(parts[2] > 0)) return null;
  return { x: parts[0], y: parts[1], zoom: parts[2] };
}

function names(text: string | undefined): string[] | null {
  const value = parse(text);
  return Array.isArray(value) && value.every((name) => typeof name === "string") ? value : null;
}

/** A filter as a text; sets of rows are written short. */
function encodeFilter(filter: Filter): string {
  return JSON.stringify(filter.map((clause) => (clause.kind === "rows" ? { ...clause, rows: encodeRows(clause.rows) } : clause)));
}

function decodeFilter(text: string | undefined): Filter {
  const value = parse(text);
  return Array.isArray(value) ? value.map(withRows).filter(isClause) : [];
}

function withRows(clause: unknown): unknown {
  const { rows } = (clause ?? {}) as { rows?: unknown };
  return typeof rows === "string" ? { ...(clause as object), rows: decodeRows(rows) } : clause;
}

const OPERATORS = new Set(["between", "gt", "ge", "lt", "le", "in", "contains", "missing"]);

function isClause(value: unknown): value is Clause {
  if (typeof value !== "object" || value === null) return false;
  const clause = value as Record<string, unknown>;
  switch (clause.kind) {
    case "rows":
      return Array.isArray(clause.rows) && clause.rows.every((row) => Number.isInteger(row) && row >= 0) && isName(clause.name);
    case "lasso":
      return typeof clause.map === "string" && isPolygon(clause.polygon);
    case "collection":
      return typeof clause.collection === "string" && clause.name !== undefined && isName(clause.name);
    case "compare":
      return typeof clause.field === "string" && OPERATORS.has(String(clause.op)) && fits(String(clause.op), clause.value);
    default:
      return false;
  }
}

function isName(value: unknown): boolean {
  return value === undefined || (typeof value === "string" && value.length > 0 && value.length <= MAX_NAME);
}

function isPolygon(value: unknown): boolean {
  return Array.isArray(value) && value.length >= 3 && value.every((corner) => Array.isArray(corner) && corner.length === 2 && corner.every(Number.isFinite));
}

function fits(op: string, value: unknown): boolean {
  if (op === "missing") return true;
  if (op === "contains") return typeof value === "string";
  if (op === "in") return Array.isArray(value) && value.every((one) => ["string", "number", "boolean"].includes(typeof one));
  if (op === "between") return Array.isArray(value) && value.length === 2 && value.every(Number.isFinite);
  return Number.isFinite(value);
}

function parse(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
