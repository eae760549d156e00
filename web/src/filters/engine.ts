/** One filter model, two executors: the page's Worker while the columns in use fit, else the server. */
import * as api from "../api/client";
import * as bits from "./bits";
import type { Column } from "./columns";
import type { Coordinates } from "./execute";
import type { ServerSummary } from "../api/types";
import type { FieldSummary } from "./summary";
import { collectionsOf, type Filter, fieldsOf, mapsOf } from "./types";
import type { Region, RowSet } from "./worker";
import { WorkerClient } from "./workerClient";

/** Above this many rows the server answers filters and summaries. */
export const MAX_LOCAL_ROWS = 2_000_000;

/** Fields that belong to a map rather than to its run. */
export const MAP_FIELDS = new Set(["cluster", "subcluster", "cluster_distance"]);

/** Where the engine gets what it computes on; the page's cache stands behind it. */
export interface Source {
  column(field: string, map: string | null): Promise<Column>;
  coordinates(map: string): Promise<Coordinates>;
}

export class Engine {
  private readonly worker: WorkerClient;
  private readonly sent = new Map<string, Promise<unknown>>();
  readonly local: boolean;

  constructor(
    private readonly run: string,
    readonly rows: number,
    private readonly source: Source,
    local = rows <= MAX_LOCAL_ROWS,
  ) {
    this.local = local;
    this.worker = new WorkerClient(new Worker(new URL("./worker.ts", import.meta.url), { type: "module" }));
    void this.worker.ask("open", rows);
  }

  close(): void {
    this.worker.close();
  }

  /** The rows that match. */
  async mask(filter: Filter, map: string | null, signal?: AbortSignal): Promise<RowSet> {
    if (this.local) {
      await this.prepare(filter, map);
      return this.worker.ask("mask", this.keyed(filter, map));
    }
    const packed = await api.mask(this.run, filter, map, signal);
    return { bits: packed, count: bits.count(packed) };
  }

  /** The rows of a selection: inside its polygons and matching, or named one by one. */
  async select(region: Region, filter: Filter, map: string | null, signal?: AbortSignal): Promise<RowSet> {
    if (this.local || region.polygons.length === 0) {
      await this.prepare(region.polygons.length ? filter : [], map);
      if (region.map !== null && region.polygons.length) await this.putCoordinates(region.map);
      return this.worker.ask("select", region, region.polygons.length ? this.keyed(filter, map) : []);
    }
    const packed = new Uint8Array(Math.ceil(this.rows / 8));
    for (const polygon of region.polygons) {
      const part = await api.mask(this.run, [...filter, { kind: "lasso", map: region.map ?? "", polygon }], map, signal);
      for (let byte = 0; byte < packed.length; byte++) packed[byte] |= part[byte];
    }
    for (const row of region.rows) if (row < this.rows) packed[row >> 3] |= 1 << (row & 7);
    return { bits: packed, count: bits.count(packed) };
  }

  /** Counts of a field's values, over everything and under a filter. */
  async summary(field: string, filter: Filter, map: string | null, categorical?: boolean, signal?: AbortSignal): Promise<FieldSummary> {
    if (!this.local) return fromServer(await api.summary(this.run, field, filter, map, signal));
    await Promise.all([this.prepare(filter, map), this.putColumn(field, map)]);
    return this.worker.ask("summary", this.key(field, map), this.keyed(filter, map), categorical);
  }

  /** Counts of a field's values, over everything and within a set of rows. */
  async summaryOf(field: string, set: Uint8Array, map: string | null): Promise<FieldSummary> {
    await this.putColumn(field, map);
    return this.worker.ask("summaryOf", this.key(field, map), set);
  }

  /** A set of rows in the order of a field (null: row order). */
  async order(set: Uint8Array, field: string | null, descending: boolean, map: string | null): Promise<Uint32Array> {
    if (field !== null) await this.putColumn(field, map);
    return this.worker.ask("order", set, field === null ? null : this.key(field, map), descending);
  }

  private async prepare(filter: Filter, map: string | null): Promise<void> {
    await Promise.all([
      ...fieldsOf(filter).map((field) => this.putColumn(field, map)),
      ...mapsOf(filter).map((id) => this.putCoordinates(id)),
      ...collectionsOf(filter).map((id) => this.putCollection(id)),
    ]);
  }

  private key(field: string, map: string | null): string {
    return MAP_FIELDS.has(field) ? `${map}/${field}` : field;
  }

  private keyed(filter: Filter, map: string | null): Filter {
    return filter.map((clause) => (clause.kind === "compare" ? { ...clause, field: this.key(clause.field, map) } : clause));
  }

  private putColumn(field: string, map: string | null): Promise<unknown> {
    const key = this.key(field, map);
    return this.once(key, async () => this.worker.ask("putColumn", key, await this.source.column(field, map)));
  }

  private putCoordinates(map: string): Promise<unknown> {
    return this.once(`map ${map}`, async () => this.worker.ask("putCoordinates", map, await this.source.coordinates(map)));
  }

  private putCollection(id: string): Promise<unknown> {
    const all = [{ kind: "collection" as const, collection: id, name: id }];
    return this.once(`collection ${id}`, async () => this.worker.ask("putCollection", id, await api.mask(this.run, all, null)));
  }

  private once(key: string, work: () => Promise<unknown>): Promise<unknown> {
    let sent = this.sent.get(key);
    if (!sent) {
      sent = work();
      this.sent.set(key, sent);
      sent.catch(() => this.sent.delete(key));
    }
    return sent;
  }
}

/** Whether a row is in a set that may not be known yet (unknown: everything). */
export function within(set: RowSet | undefined, row: number): boolean {
  return set === undefined || bits.has(set.bits, row);
}

/** The server's summary in the page's form. */
export function fromServer(answer: ServerSummary): FieldSummary {
  const { numeric, values, missing, missing_matching: missingMatching } = answer;
  if (numeric)
    return {
      kind: "numeric",
      min: numeric.min,
      max: numeric.max,
      mean: numeric.mean,
      meanMatching: numeric.mean_matching,
      missing,
      missingMatching,
      edges: numeric.edges,
      all: numeric.counts,
      matching: numeric.counts_matching,
    };
  return {
    kind: "categorical",
    values: (values ?? []).map(({ value, count, matching }) => ({ value, all: count, matching })),
    other: { values: answer.distinct - (values?.length ?? 0), all: answer.other, matching: answer.other_matching },
    missing,
    missingMatching,
  };
}
