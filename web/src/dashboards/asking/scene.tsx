/** What charts are asked under: run, map, versions, and the filter, which waits while a request is on its way. */
import { useIsFetching } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react";
import { useRun, useView } from "../../explore/run";
import { active } from "../../filters/types";
import type { Scene } from "./question";

/** How long a request may hold newer ones back, in milliseconds; then it is given up. */
const PATIENCE = 1_500;

const SceneContext = createContext<Scene | null>(null);

export function useScene(): Scene {
  const scene = useContext(SceneContext);
  if (!scene) throw new Error("No charts are asked here.");
  return scene;
}

/**
 * Lets charts below ask. While a brush moves, one request is in flight and the newest filter waits for it, so that
 * pictures follow the hand at the pace of the answers instead of never.
 */
export function Asking({ children }: { children: ReactNode }) {
  const { run, map } = useRun();
  const filter = useView((view) => view.filter);
  const versions = useView((view) => view.versions);
  const busy = useIsFetching({ queryKey: ["chart"] }) > 0;
  const [asked, setAsked] = useState(filter);
  const waits = asked !== filter;
  if (waits && !busy) setAsked(filter);
  useEffect(() => {
    if (!waits) return;
    const timer = window.setTimeout(() => setAsked(filter), PATIENCE);
    return () => window.clearTimeout(timer);
  }, [waits, filter]);
  const scene = useMemo<Scene>(
    () => ({ run: run.id, map: map?.id ?? null, filter: active(asked), versions }),
    [run.id, map?.id, asked, versions],
  );
  return <SceneContext value={scene}>{children}</SceneContext>;
}
