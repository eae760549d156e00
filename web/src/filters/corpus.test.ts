/** The page's executor against the corpus that holds it and the server's to the same answers. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { pack, rowsOf } from "./bits";
import type { Column } from "./columns";
import { evaluate, type Table } from "./execute";
import type { Filter } from "./types";

type Raw = number | string | boolean | null;

interface Corpus {
  rows: number;
  fields: { name: string; type: Column["type"]; storage?: string; values: Raw[] }[];
  maps: Record<string, { x: (number | null)[]; y: (number | null)[] }>;
  collections: Record<string, number[]>;
  cases: { name: string; filter: Filter; rows?: number[]; error?: boolean }[];
}

const corpus = JSON.parse(readFileSync("../tests/corpus/filters.json", "utf8")) as Corpus;

const WORDS: Record<string, number> = { NaN: Number.NaN, Infinity: Infinity, "-Infinity": -Infinity };

function columnOf({ type, storage, values }: Corpus["fields"][number]): Column {
  if (type === "boolean") return { type, values: Uint8Array.from(values, (value) => (value === null ? 2 : value ? 1 : 0)) };
  if (type === "string") {
    const dictionary = [...new Set(values.filter((value) => value !== null))] as string[];
    return { type, dictionary, codes: Int32Array.from(values, (value) => (value === null ? -1 : dictionary.indexOf(value as string))) };
  }
  const numbers = values.map((value) => (typeof value === "string" ? WORDS[value] : value === null ? Number.NaN : Number(value)));
  if (type === "float") return { type, valid: null, values: storage === "float32" ? Float32Array.from(numbers) : Float64Array.from(numbers) };
  return { type, valid: Uint8Array.from(values, (value) => (value === null ? 0 : 1)), values: Float64Array.from(numbers, (value) => (Number.isNaN(value) ? 0 : value)) };
}

const floats = (values: (number | null)[]) => Float32Array.from(values, (value) => value ?? Number.NaN);

const columns = new Map(corpus.fields.map((field) => [field.name, columnOf(field)]));
const table: Table = {
  rows: corpus.rows,
  column(field) {
    const column = columns.get(field);
    if (!column) throw new Error(`no field ${field}`);
    return column;
  },
  coordinates(map) {
    const at = corpus.maps[map];
    if (!at) throw new Error(`no map ${map}`);
    return { x: floats(at.x), y: floats(at.y) };
  },
  collection(id) {
    const rows = corpus.collections[id];
    if (!rows) throw new Error(`no collection ${id}`);
    return pack(Uint8Array.from({ length: corpus.rows }, (_, row) => (rows.includes(row) ? 1 : 0)));
  },
};

describe("the shared corpus of filters", () => {
  it.each(corpus.cases.map((one) => [one.name, one] as const))("%s", (_, { filter, rows, error }) => {
    const answer = () => [...rowsOf(pack(evaluate(filter, table)))];
    if (error) expect(answer).toThrow();
    else expect(answer()).toEqual(rows);
  });
});
