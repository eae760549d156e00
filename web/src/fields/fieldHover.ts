/** The field whose name the pointer rests on, wherever on the page that is. */
import { type PointerEvent, useEffect, useRef } from "react";
import { create } from "zustand";

/** How long the pointer rests on a name before the card comes, in milliseconds. */
const DWELL = 400;

export interface Rested {
  field: string;
  /** The name's box on the screen, in CSS pixels. */
  box: DOMRect;
  side: Side;
}

/** Where the card goes: beside a name in a list, below one in a line. */
export type Side = "beside" | "below";

export const useRested = create<{ rested: Rested | null }>()(() => ({ rested: null }));

/** Handlers for an element that bears a field's name: resting on it shows the field's statistics. */
export function useFieldHover(field: string | undefined, side: Side = "beside") {
  const timer = useRef(0);
  const leave = () => {
    window.clearTimeout(timer.current);
    useRested.setState({ rested: null });
  };
  useEffect(() => leave, []);
  return {
    onPointerEnter: (event: PointerEvent<HTMLElement>) => {
      if (field === undefined || event.pointerType === "touch") return;
      const element = event.currentTarget;
      window.clearTimeout(timer.current);
      timer.current = window.setTimeout(() => useRested.setState({ rested: { field, box: element.getBoundingClientRect(), side } }), DWELL);
    },
    onPointerLeave: leave,
    onPointerDown: leave,
  };
}
