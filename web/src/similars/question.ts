/** What is asked when similars are fetched; all of it is in the address. Pure. */
import { type ChannelName, decodeChannel, encodeChannel } from "../channels/name";
import { decodeRows, encodeRows } from "../explore/rowsText";
import type { Clause, Filter, Rows } from "../filters/types";
import { MAX_NAME } from "../filters/types";
import { count } from "../theme/format";
import { decodeFile, encodeFile, type FileName } from "./files";

export interface SimilarsQuestion {
  /** The samples to be similar to, ascending; several are one direction. */
  queries: number[];
  /** The file to be similar to instead; null = the samples. */
  file: FileName | null;
  /** What they are called where that is known, such as `label 7`; null: by their sample, or their number. */
  called: string | null;
  /** Latent space; null = the run's first. */
  space: string | null;
  limit: number;
  /** Which samples are compared; empty = all. */
  candidates: Filter;
  /** Whether heat maps say what makes them similar. */
  why: boolean;
  /** Whether the channels that they share are shown. */
  channels: boolean;
  /** The one of them whose activation is shown in place of the heat; null = none. */
  channel: ChannelName | null;
}

export const LIMIT = 50;
export const MOST = 1000;
export const LIMITS = [10, 20, 50, 100, 200, 500, MOST];
/** Queries that an address can carry; of more, as many are spread over all. */
export const MOST_QUERIES = 1000;

/** A question about some rows, with everything else as it was in the one before. */
export function ask(rows: ArrayLike<number>, called: string | null, candidates: Filter, before: SimilarsQuestion | null): SimilarsQuestion {
  return {
    queries: spread(rows, MOST_QUERIES),
    file: null,
    called,
    space: before?.space ?? null,
    limit: before?.limit ?? LIMIT,
    candidates: candidates.filter((clause) => clause.enabled !== false && !isLastFetch(clause)),
    why: before?.why ?? true,
    channels: before?.channels ?? false,
    channel: before?.channel ?? null,
  };
}

/** A question about a file, with everything else as it was in the one before. */
export function askFile(file: FileName, candidates: Filter, before: SimilarsQuestion | null): SimilarsQuestion {
  return { ...ask([], file.name, candidates, before), file };
}

/** Whether two questions have the same answer; heat maps and channels are beside it. */
export function isSame(a: SimilarsQuestion, b: SimilarsQuestion): boolean {
  return JSON.stringify({ ...a, ...BESIDE }) === JSON.stringify({ ...b, ...BESIDE });
}

const BESIDE = { why: true, channels: false, channel: null };

const PREFIX = "similar to ";

/** The found samples as a clause that carries its name. */
export function clauseOf(of: string, rows: number[]): Rows {
  const tail = `, ${count(rows.length)}`;
  const room = MAX_NAME - PREFIX.length - tail.length;
  return { kind: "rows", rows: [...rows].sort((a, b) => a - b), name: PREFIX + (of.length > room ? `${of.slice(0, room - 1)}…` : of) + tail };
}

/** The filter with newly found samples; they take the place of those found before, unless that was negated or switched off to stay. */
export function withFound(filter: Filter, found: Rows): Filter {
  const at = filter.findIndex(isLastFetch);
  return at < 0 ? [...filter, found] : filter.map((clause, place) => (place === at ? found : clause));
}

/** Whether a clause is what the last fetch found, as it came. */
export function isLastFetch(clause: Clause): boolean {
  return clause.kind === "rows" && clause.name?.startsWith(PREFIX) === true && !clause.negate && clause.enabled !== false;
}

export type SimilarsSearch = Partial<Record<"similar" | "similar_file" | "similar_called" | "similar_space" | "similar_limit" | "similar_among" | "similar_why" | "similar_channels" | "similar_channel", string>>;

/** The address's parts for a question. */
export function encodeQuestion(question: SimilarsQuestion | null, encodeFilter: (filter: Filter) => string): SimilarsSearch {
  if (!question) return {};
  const { queries, file, called, space, limit, candidates, why, channels, channel } = question;
  return {
    ...(file ? { similar_file: encodeFile(file) } : { similar: encodeRows(queries) }),
    ...(called !== null && !file && { similar_called: called }),
    ...(space !== null && { similar_space: space }),
    ...(limit !== LIMIT && { similar_limit: String(limit) }),
    ...(candidates.length > 0 && { similar_among: encodeFilter(candidates) }),
    ...(!why && { similar_why: "0" }),
    ...(channels && { similar_channels: "1" }),
    ...(channels && channel && { similar_channel: encodeChannel(channel) }),
  };
}

/** The question an address holds. */
export function decodeQuestion(search: SimilarsSearch, decodeFilter: (text: string | undefined) => Filter): SimilarsQuestion | null {
  const file = decodeFile(search.similar_file);
  const queries = file ? [] : [...new Set(decodeRows(search.similar ?? ""))].slice(0, MOST_QUERIES);
  if (queries.length === 0 && !file) return null;
  const limit = /^\d{1,4}$/.test(search.similar_limit ?? "") ? Number(search.similar_limit) : LIMIT;
  return {
    queries,
    file,
    called: (file?.name ?? search.similar_called)?.slice(0, MAX_NAME) ?? null,
    space: search.similar_space ?? null,
    limit: Math.min(MOST, Math.max(1, limit)),
    candidates: decodeFilter(search.similar_among),
    why: search.similar_why !== "0",
    channels: search.similar_channels === "1",
    channel: search.similar_channels === "1" ? decodeChannel(search.similar_channel) : null,
  };
}

function spread(rows: ArrayLike<number>, most: number): number[] {
  if (rows.length <= most) return Array.from(rows).sort((a, b) => a - b);
  return Array.from({ length: most }, (_, at) => rows[Math.floor((at * rows.length) / most)]);
}
