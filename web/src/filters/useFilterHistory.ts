import { useEffect, useState } from "react";
import { createStore, type StoreApi, useStore } from "zustand";
import { useRun } from "../explore/run";
import { changed, type History, NO_HISTORY, redone, undone } from "./history";
import { same } from "./types";

export interface FilterHistory {
  canUndo: boolean;
  canRedo: boolean;
  undo(): void;
  redo(): void;
}

/** Remembers the filters of the open run while mounted. */
export function useFilterHistory(): FilterHistory {
  const { store } = useRun();
  const [kept] = useState<StoreApi<History>>(() => createStore(() => NO_HISTORY));
  const { past, future } = useStore(kept);
  useEffect(
    () =>
      store.subscribe(({ filter }, before) => {
        if (!same(filter, before.filter)) kept.setState(changed(kept.getState(), before.filter, performance.now()));
      }),
    [store, kept],
  );
  const go = (step: typeof undone) => {
    const next = step(kept.getState(), store.getState().filter);
    if (!next) return;
    store.getState().set({ filter: next.filter });
    // After the step was noticed as a change, which it is not.
    kept.setState(next.history);
  };
  return { canUndo: past.length > 0, canRedo: future.length > 0, undo: () => go(undone), redo: () => go(redone) };
}
