import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useRef } from "react";
import { methodsQuery } from "../api/queries";
import { useRun } from "../explore/run";

/** A pointer that rests so long means it; one that passes by does not, milliseconds. */
const DWELL = 120;

/**
 * Opens the model of the run while the hand is still on its way to ask: the first question then does not wait for it.
 * Nothing is spent on those who only look at the map.
 */
export function useWarm(): { begin: () => void; end: () => void } {
  const { run } = useRun();
  const queryClient = useQueryClient();
  const timer = useRef(0);
  useEffect(() => () => window.clearTimeout(timer.current), []);
  return useMemo(
    () => ({
      begin: () => {
        window.clearTimeout(timer.current);
        timer.current = window.setTimeout(() => void queryClient.prefetchQuery(methodsQuery(run.id)), DWELL);
      },
      end: () => window.clearTimeout(timer.current),
    }),
    [queryClient, run.id],
  );
}
