import { type KeyboardEvent, type MouseEvent, useEffect, useEffectEvent, useRef, useState } from "react";
import { useRun, useView } from "../explore/run";
import { MAX_ROWS } from "../filters/types";
import type { Lines } from "./lines";
import { extended, toggled } from "./picking";

export interface Picking {
  /** The line that keys act on. */
  active: number;
  keys: (event: KeyboardEvent) => void;
  click: (event: MouseEvent, line: number) => void;
}

/**
 * Walking, opening and picking the lines of a table: a click or Enter opens, Ctrl-click or Space picks, Shift extends.
 *
 * `many`: the rows are a selection already, which opening one of them keeps.
 */
export function usePicking(rows: Uint32Array, lines: Lines, many: boolean): Picking {
  const { store } = useRun();
  const sample = useView((view) => view.sample);
  const [active, setActive] = useState(0);
  const from = useRef<{ line: number; base: number[] } | null>(null);

  // A sample opened elsewhere becomes the line that keys act on, and is brought into sight.
  const [seen, setSeen] = useState<number | null>(null);
  if (seen !== sample) {
    setSeen(sample);
    const line = sample === null ? -1 : rows.indexOf(sample);
    if (line >= 0) setActive(line);
  }
  const follow = useEffectEvent(() => {
    if (rows[active] === sample) lines.reveal(active);
  });
  useEffect(() => follow(), [sample]);

  const go = (line: number) => {
    const next = Math.min(rows.length - 1, Math.max(0, line));
    setActive(next);
    lines.reveal(next);
    return next;
  };
  const open = (line: number) => {
    from.current = null;
    const { set, open, selection } = store.getState();
    if (many || selection.rows.length > 1) set({ sample: rows[line] });
    else open(rows[line]);
  };
  const keep = (picked: number[]) => {
    const { set, selection } = store.getState();
    set({ selection: { ...selection, rows: picked }, sample: picked.length === 1 && selection.polygons.length === 0 ? picked[0] : null, narrow: many });
  };
  const pick = (line: number) => {
    const picked = toggled(store.getState().selection.rows, rows[line], MAX_ROWS);
    from.current = { line, base: picked };
    keep(picked);
  };
  const extend = (line: number) => {
    from.current ??= { line: active, base: store.getState().selection.rows };
    keep(extended(from.current.base, rows, from.current.line, line, MAX_ROWS));
  };

  const keys = (event: KeyboardEvent) => {
    if (rows.length === 0 || event.altKey || event.ctrlKey || event.metaKey) return;
    const to = target(event.key, active, lines.fit, rows.length);
    if (to !== null) {
      const next = go(to);
      if (event.shiftKey) extend(next);
      else from.current = null;
    } else if (event.key === "Enter") open(active);
    else if (event.key === " ") pick(active);
    else return;
    event.preventDefault();
  };
  const click = (event: MouseEvent, line: number) => {
    setActive(line);
    if (event.shiftKey) extend(line);
    else if (event.ctrlKey || event.metaKey) pick(line);
    else open(line);
  };
  return { active: Math.min(active, Math.max(0, rows.length - 1)), keys, click };
}

/** The line that a key leads to; null where it leads nowhere. */
function target(key: string, line: number, page: number, count: number): number | null {
  switch (key) {
    case "ArrowDown":
      return line + 1;
    case "ArrowUp":
      return line - 1;
    case "PageDown":
      return line + page;
    case "PageUp":
      return line - page;
    case "Home":
      return 0;
    case "End":
      return count - 1;
    default:
      return null;
  }
}
