import { create } from "zustand";

interface PendingMap {
  job: string | null;
  run: string | null;
  /** Maps that were there before. */
  known: string[];
}

/** The map this page asked for and waits for. */
export const usePendingMap = create<PendingMap>()(() => ({ job: null, run: null, known: [] }));
