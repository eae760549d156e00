import { useMemo, useState } from "react";
import type { Dashlet, DecisionsAnswer } from "../../api/dashboards";
import { useRun } from "../../explore/run";
import type { Filter } from "../../filters/types";
import type { Asked } from "../asking/question";
import { useAnswers } from "../asking/useAnswers";

export interface Decided {
  /** Of the samples that match. */
  decisions: DecisionsAnswer | undefined;
  error: unknown;
  pending: boolean;
  stale: boolean;
  retry: () => void;
}

/** How well the decisions of a prediction or metric agree with the truth, with the curves that its settings ask for. */
export function useDecisions({ settings, filter }: Dashlet): Decided {
  const questions = useMemo((): Asked[] => [{ kind: "decisions", source: settings.source, labels: settings.labels, threshold: settings.threshold, filter: filter as Filter }], [settings.source, settings.labels, settings.threshold, filter]);
  const { answers, error, ...rest } = useAnswers(questions);
  const answered = asDecisions(answers?.[0]);
  // Another threshold or label changes little: the picture before stays until the next one is there.
  const [before, setBefore] = useState(answered);
  if (answered && before !== answered) setBefore(answered);
  const decisions = answered ?? (error ? undefined : before);
  return { decisions, pending: !decisions, error, ...rest };
}

/**
 * What was decided of each class. The matrix is not narrowed by what is chosen in it, so the fields that a click filters
 * are asked for first, once, with the whole.
 */
export function useConfusion({ settings, filter }: Dashlet): Decided {
  const { run } = useRun();
  const question = useMemo((): Asked => {
    const predictions = run.predictions.filter(({ labels }) => labels !== null);
    const named = settings.source === null ? predictions[0] : predictions.find(({ name }) => name === settings.source);
    // The curve of one class is cheaper than those of twenty; it is not shown.
    return { kind: "decisions", source: settings.source, labels: named?.labels?.slice(0, 1) ?? [], threshold: null, filter: filter as Filter };
  }, [run, settings.source, filter]);
  const whole = useAnswers(useMemo(() => [{ ...question, whole: true }], [question]));
  const known = asDecisions(whole.answers?.[0]);
  const own = useMemo(() => (known ? [known.truth_field, known.predicted_field].filter((field) => field !== null) : null), [known]);
  const matching = useAnswers(useMemo(() => (own ? [{ ...question, own }] : []), [question, own]));
  const decisions = asDecisions(matching.answers?.[0]);
  return {
    decisions,
    error: whole.error ?? matching.error,
    pending: !decisions,
    stale: matching.stale,
    retry: whole.error ? whole.retry : matching.retry,
  };
}

function asDecisions(answer: { kind: string } | undefined): DecisionsAnswer | undefined {
  return answer?.kind === "decisions" ? (answer as DecisionsAnswer) : undefined;
}
