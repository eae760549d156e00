import { useStep } from "../explore/useRunKeys";
import { useKeys } from "../shell/keys";
import { useFetchSimilars } from "../similars/useSimilars";
import { FUSED, mapsOver, type Told } from "./maps";
import type { Analysis } from "./state";
import { type Choice, MOST_TABS } from "./targets";
import { useCloseAnalysis } from "./useOpenAnalysis";

/** The keys of the analysis: targets by number, layers by bracket, samples by arrow. */
export function useAnalyzeKeys({ row, classes, told, shown, analysis, onChange, onMethods }: {
  row: number;
  classes: Choice[];
  told: Told | null;
  /** The layer on show, as a tile of the strip. */
  shown: string | null;
  analysis: Analysis;
  onChange: (part: Partial<Analysis>) => void;
  onMethods: () => void;
}): void {
  const step = useStep();
  const close = useCloseAnalysis();
  const fetchSimilars = useFetchSimilars();
  const walk = (by: 1 | -1) => {
    if (!told) return;
    const fused = told.answer.maps.some(({ layer, over }) => layer === FUSED && mapsOver(told, over).length > 0);
    const layers = [...(fused ? [FUSED] : []), ...told.answer.layers.map(({ name }) => name)];
    if (layers.length === 0) return;
    const next = layers[(Math.max(0, layers.indexOf(shown ?? "")) + by + layers.length) % layers.length];
    onChange({ layer: next === FUSED ? null : next });
  };
  const digits = Array.from({ length: MOST_TABS }, (_, at) => [
    String((at + 1) % 10),
    () => {
      if (classes[at]) onChange({ target: classes[at].key });
    },
  ]);
  useKeys({
    ...(Object.fromEntries(digits) as Record<string, () => void>),
    m: onMethods,
    o: () => onChange({ overlay: !analysis.overlay }),
    c: () => onChange({ compare: analysis.compare === "sample" ? "one" : "sample" }),
    v: () => onChange({ compare: analysis.compare === "version" ? "one" : "version" }),
    // Only once it is back: the view is read from the address on the way.
    s: () => void close().then(() => fetchSimilars([row])),
    "]": () => walk(1),
    "[": () => walk(-1),
    arrowright: () => step(1),
    arrowleft: () => step(-1),
    escape: () => void close(),
  });
}
