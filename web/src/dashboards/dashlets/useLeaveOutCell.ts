import { useRun } from "../../explore/run";
import { rowsOf } from "../../filters/bits";
import { active, type Compare, type Filter, MAX_ROWS } from "../../filters/types";
import { count } from "../../theme/format";

/**
 * Leaves out the samples that match several clauses at once. No clauses side by side say that, so their rows do; of
 * more than a clause holds, the first, which its name says. Once more takes that back.
 */
export function useLeaveOutCell(): (clauses: Compare[], name: string) => void {
  const { engine, map, store } = useRun();
  return (clauses, name) => {
    void engine.mask(clauses, map?.id ?? null).then(({ bits }) => {
      const all = rowsOf(bits);
      const called = all.length > MAX_ROWS ? `first ${count(MAX_ROWS)} of ${count(all.length)} ${name}` : name;
      const { filter, set } = store.getState();
      set({ filter: without(filter, called, [...all.subarray(0, MAX_ROWS)]) });
    });
  };
}

function without(filter: Filter, name: string, rows: number[]): Filter {
  const others = filter.filter((clause) => clause.kind !== "rows" || clause.name !== name);
  return active(others).length < active(filter).length ? others : [...filter, { kind: "rows", rows, name, negate: true }];
}
