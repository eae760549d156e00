/** A sample as the analysis looks at it: what can be explained of it, and what is known of that. */
import { useQuery } from "@tanstack/react-query";
import { ApiError } from "../api/errors";
import { methodsQuery, networkQuery, sampleQuery } from "../api/queries";
import type { AttributionMethod, NetworkDetails, RunDetails, Sample } from "../api/types";
import { mapAt, type Told } from "./maps";
import { paceOf } from "./pace";
import { counterpart, layersThere } from "./pairs";
import { type Rival, rivals } from "./rivals";
import type { Analysis } from "./state";
import type { Choice } from "./targets";
import { type Answers, type Side, useAnswers } from "./useAnswers";
import { type Choices, useChoices } from "./useChoices";
import { useSeen } from "./useSeen";

/** What a pass for gradients costs, while the methods are not known yet. */
const USUAL_FORWARDS = 3;

export interface Looked {
  /** Its run; undefined = not known yet. */
  run: RunDetails | undefined;
  row: number | null;
  sample: Sample | undefined;
  network: NetworkDetails | undefined;
  methods: AttributionMethod[] | undefined;
  /** Whether it is known what can be explained of it. */
  settled: boolean;
  choices: Choices;
  /** Targets that are compared within the sample. */
  rivals: Rival[];
  answers: Answers;
  /** The answer for the chosen target. */
  told: Told | null;
  /** The layer on show. */
  shown: string | null;
  /** Layers that were asked for and that its model does not have. */
  lacking: string[];
  /** Why the sample cannot be shown; null: it can. */
  error: unknown;
  retry: () => void;
}

interface Looking {
  run: RunDetails | undefined;
  row: number | null;
  map: string | null;
  side: Side;
  analysis: Analysis;
  /** The target to explain, as another sample has it; undefined: the analysis says which. */
  like?: Choice;
}

/** Why the model of its run cannot be asked at all; null: it can. */
export function unexplained({ told, answers }: Looked): ApiError | null {
  return !told && answers.error instanceof ApiError && answers.error.status === 404 ? answers.error : null;
}

/** Looks at a sample; asks nothing while its run, its row or the target is not known. */
export function useLooked({ run, row, map, side, analysis, like }: Looking): Looked {
  const known = run !== undefined && row !== null;
  const id = run?.id ?? "";
  const sample = useQuery({ ...sampleQuery(id, row ?? 0, map), enabled: known });
  const network = useQuery({ ...networkQuery(id), enabled: known });
  const methods = useQuery({ ...methodsQuery(id), enabled: known });
  const masks = useSeen(sample.data, network.data, run?.predictions[0]?.name);
  const settled = known && !network.isPending && !masks.pending;
  const own = useChoices(run?.predictions ?? NONE, sample.data, network.data, settled, like ? { ...analysis, target: like.key } : analysis, masks.seen);
  const choices = like ? { ...own, chosen: counterpart([...own.classes, ...own.losses], like) } : own;
  const { chosen, classes, positions } = choices;
  const beside = chosen && analysis.compare === "truth" ? rivals(choices) : [];
  const method = methods.data?.find(({ name }) => name === analysis.method);
  const { layers, lacking } = layersThere(analysis.layers, network.data);
  const answers = useAnswers({
    run,
    side,
    row: row ?? 0,
    classes: chosen ? classes : [],
    losses: choices.losses,
    chosen,
    beside: beside.map(({ choice }) => choice.target),
    pace: paceOf(method?.forwards ?? USUAL_FORWARDS, classes.length, positions),
    everything: analysis.compare === "classes",
    method: analysis.method,
    layers,
    signed: analysis.signed,
  });
  const told = chosen ? answers.of(chosen.target) : null;
  const first = told?.answer.maps.find(({ target }) => target === told.target);
  return {
    run,
    row,
    sample: sample.data,
    network: network.data,
    methods: methods.data,
    settled: settled && sample.data !== undefined,
    choices,
    rivals: beside,
    answers,
    told,
    shown: told && first ? (mapAt(told, first.over, analysis.layer)?.layer ?? analysis.layer) : analysis.layer,
    lacking,
    error: sample.error,
    retry: () => void sample.refetch(),
  };
}

const NONE: RunDetails["predictions"] = [];
