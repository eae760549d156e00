/** Lines of one height in a box that scrolls; as many as one likes, of which only those in sight exist. */
import { type RefObject, useCallback, useEffect, useRef, useState } from "react";

/** Browsers lay out nothing beyond some 16 to 33 million pixels; a longer list scrolls a box of this height. */
export const TALLEST = 8_000_000;

/** How far a list is scrolled. */
export interface Scrolled {
  /** Of the box, in CSS pixels. */
  top: number;
  /** Of the lines, in CSS pixels; the same unless the list is longer than its box. */
  offset: number;
}

/** Heights in CSS pixels: of all lines, and of the part in sight. */
export interface Heights {
  lines: number;
  view: number;
}

/** Height of the box that stands for all lines. */
export function boxHeight(lines: number): number {
  return Math.min(lines, TALLEST);
}

/** Where the lines are once the box has moved: by as much when it moves a little, in proportion when it leaps. */
export function moved(before: Scrolled, top: number, { lines, view }: Heights): Scrolled {
  if (lines <= TALLEST) return { top, offset: top };
  const end = TALLEST - view;
  if (top <= 0) return { top, offset: 0 };
  if (top >= end - 1) return { top, offset: lines - view };
  const step = top - before.top;
  if (Math.abs(step) > view * 1.5) return { top, offset: (top / end) * (lines - view) };
  return { top, offset: Math.min(lines - view, Math.max(0, before.offset + step)) };
}

/** How far the box is scrolled to stand for an offset of the lines. */
export function topFor(offset: number, { lines, view }: Heights): number {
  return lines <= TALLEST ? offset : (offset / (lines - view)) * (TALLEST - view);
}

/** The offset nearest to `offset` that has the line wholly in sight. */
export function revealing(line: number, height: number, offset: number, view: number): number {
  return Math.min(line * height, Math.max(offset, (line + 1) * height - view));
}

export interface Lines {
  first: number;
  /** One behind the last. */
  end: number;
  /** Lines that fit the box. */
  fit: number;
  /** Height of the box's content. */
  height: number;
  /** Place of a line in the content. */
  place: (line: number) => number;
  reveal: (line: number) => void;
}

const OVERSCAN = 6;
const REST = 160;

/** Which of `count` lines, each `height` CSS pixels high, are in sight below a head of the box. */
export function useLines(box: RefObject<HTMLElement | null>, count: number, height: number, head: number): Lines {
  const [scrolled, setScrolled] = useState<Scrolled>({ top: 0, offset: 0 });
  const [view, setView] = useState(400);
  const latest = useRef(scrolled);
  const heights = useRef<Heights>({ lines: 0, view });
  useEffect(() => {
    heights.current = { lines: count * height, view };
  });
  const keep = useCallback((next: Scrolled) => {
    latest.current = next;
    setScrolled(next);
  }, []);

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    let rest = 0;
    const scroll = () => {
      keep(moved(latest.current, element.scrollTop, heights.current));
      window.clearTimeout(rest);
      // At rest the scroll bar is brought to where the lines are; the lines stay.
      rest = window.setTimeout(() => {
        const top = topFor(latest.current.offset, heights.current);
        if (Math.abs(top - element.scrollTop) < 1) return;
        element.scrollTop = top;
        keep({ ...latest.current, top: element.scrollTop });
      }, REST);
    };
    const observer = new ResizeObserver(() => setView(Math.max(height, element.clientHeight - head)));
    observer.observe(element);
    element.addEventListener("scroll", scroll, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", scroll);
      window.clearTimeout(rest);
    };
  }, [box, head, height, keep]);

  // Fewer lines than before: what was in sight may be gone.
  const offset = Math.max(0, Math.min(scrolled.offset, count * height - view));
  const reveal = (line: number) => {
    const element = box.current;
    if (!element) return;
    const next = revealing(line, height, offset, view);
    if (next === offset) return;
    element.scrollTop = topFor(next, heights.current);
    keep({ top: element.scrollTop, offset: next });
  };
  return {
    first: Math.max(0, Math.floor(offset / height) - OVERSCAN),
    end: Math.min(count, Math.ceil((offset + view) / height) + OVERSCAN),
    fit: Math.max(1, Math.floor(view / height)),
    height: boxHeight(count * height),
    place: (line) => scrolled.top + line * height - offset,
    reveal,
  };
}
