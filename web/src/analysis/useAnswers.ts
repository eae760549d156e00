/** Asks for the heat maps of a sample's targets, so that going from one target to the next needs no waiting. */
import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { explainQuery, type Explained } from "../api/queries";
import type { ExplainRequest, RunDetails, Target } from "../api/types";
import type { Told } from "./maps";
import type { Pace } from "./pace";
import { type Choice, isMeasured, sameTarget, targetsOf } from "./targets";

export interface Asking {
  /** The run whose model is asked; undefined = not known yet. */
  run: RunDetails | undefined;
  /** Which of the samples that the page shows it is; each asks by itself. */
  side: Side;
  row: number;
  classes: Choice[];
  losses: Choice[];
  chosen: Choice | undefined;
  /** Targets beyond these that are compared with each other. */
  beside: Target[];
  pace: Pace;
  /** Whether every class is wanted, whatever it costs. */
  everything: boolean;
  method: string | null;
  layers: string[] | null;
  signed: boolean;
}

export interface Answers {
  /** What is known of a target now. */
  of: (target: Target) => Told | null;
  /** Of the chosen target. */
  pending: boolean;
  error: unknown;
  retry: () => void;
}

/** The sample that is analyzed, or the one beside it. */
export type Side = "here" | "there";

/** Names this page among those that ask: its newer question takes the place of its older one. */
const PAGE = Math.random().toString(36).slice(2);

export function useAnswers({ run, side, row, classes, losses, chosen, beside, pace, everything, method, layers, signed }: Asking): Answers {
  const question = (who: string, targets: Target[], both: boolean): ExplainRequest => ({ rows: [row], targets, method, layers, signed: both, slot: `${who} ${side} ${PAGE}` });
  const ask = (who: string, targets: Target[], both: boolean, enabled: boolean) => ({
    ...explainQuery(run?.id ?? "", question(who, targets, both)),
    enabled: enabled && run !== undefined && targets.length > 0,
    // What was shown stays until the next is there, but never over another sample.
    placeholderData: (before: Explained | undefined, query?: { queryKey: readonly unknown[] }) => (before?.asked.rows[0] === row && query?.queryKey[1] === run?.id ? before : undefined),
  });
  const ofMeasured = chosen !== undefined && isMeasured(chosen.target);
  // A loss or a named number is asked alone: one that cannot be differentiated takes no other with it.
  const first = useQuery(ask("chosen", chosen ? [chosen.target] : [], signed || ofMeasured, ofMeasured || pace !== "together"));
  const all = useQuery(ask("all", targetsOf(classes), signed, everything || pace === "together" || (pace === "chosen first" && first.isSuccess && !first.isPlaceholderData)));
  const measured = useQuery(ask("losses", targetsOf(losses), true, pace === "together" && all.isSuccess));
  const unknown = beside.filter((target) => target.kind === "class" && !classes.some((one) => sameTarget(one.target, target)));
  const more = useQuery(ask("beside", unknown.length > 0 || pace !== "together" ? beside.filter((target) => !isMeasured(target)) : [], signed, true));
  const asked = [first, all, measured, more];
  const main = !ofMeasured && pace === "together" ? all : first;
  return {
    of: (target) => (run ? found(run, asked, target, row) : null),
    pending: chosen !== undefined && main.isPending,
    error: main.error,
    retry: () => void main.refetch(),
  };
}

/** The newest that is known of a target. */
function found(run: RunDetails, asked: UseQueryResult<Explained>[], target: Target, row: number): Told | null {
  const known = asked.flatMap(({ data, isPlaceholderData }): Told[] => {
    if (!data || data.asked.rows[0] !== row) return [];
    const at = data.asked.targets.findIndex((one) => sameTarget(one, target));
    return at < 0 ? [] : [{ run, answer: data.answer, target: at, value: data.answer.values[0][at], stale: isPlaceholderData }];
  });
  return known.find(({ stale }) => !stale) ?? known[0] ?? null;
}
