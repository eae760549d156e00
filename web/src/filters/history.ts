/** Undo and redo of the filter. */
import type { Filter } from "./types";

/** Changes that follow each other this fast are one gesture, such as a brush that moves; in milliseconds. */
const GESTURE = 500;
const MOST = 100;

export interface History {
  past: Filter[];
  future: Filter[];
  /** When the filter last changed. */
  at: number;
}

export const NO_HISTORY: History = { past: [], future: [], at: -Infinity };

/** The history after the filter changed from `before` at a time in milliseconds. */
export function changed({ past, at }: History, before: Filter, now: number): History {
  const goesOn = now - at < GESTURE && past.length > 0;
  return { past: goesOn ? past : [...past, before].slice(-MOST), future: [], at: now };
}

/** The filter before the last gesture, with the history that leads on from it; null where there is none. */
export function undone({ past, future }: History, filter: Filter): { filter: Filter; history: History } | null {
  const before = past.at(-1);
  return before ? { filter: before, history: { past: past.slice(0, -1), future: [filter, ...future], at: -Infinity } } : null;
}

export function redone({ past, future }: History, filter: Filter): { filter: Filter; history: History } | null {
  const [after, ...rest] = future;
  return after ? { filter: after, history: { past: [...past, filter], future: rest, at: -Infinity } } : null;
}
