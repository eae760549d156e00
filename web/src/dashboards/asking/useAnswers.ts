/** Answers of charts for components. */
import { keepPreviousData, type QueryClient, useQuery } from "@tanstack/react-query";
import { charts, type ChartAnswer } from "../../api/dashboards";
import { active } from "../../filters/types";
import { Asker } from "./asker";
import { type Asked, type Scene, sharedFor } from "./question";
import { useScene } from "./scene";

const asker = new Asker(charts);

/** Answers never change; how long those that nobody looks at are kept (undoing a gesture is instant), in milliseconds. */
const KEPT = { staleTime: Infinity, gcTime: 2 * 60_000, retry: false } as const;

const unhurried = new AbortController().signal;

export interface Answers {
  /** In the order of the questions; while newer ones are asked for, the ones before. Undefined: none yet. */
  answers: ChartAnswer[] | undefined;
  error: unknown;
  /** Newer answers are on their way. */
  stale: boolean;
  retry(): void;
}

/**
 * The answers to a dashlet's questions under the filter, map and versions on show. Questions that several dashlets ask
 * in one gesture travel together, and are asked once while what they say is the same.
 */
export function useAnswers(questions: readonly Asked[]): Answers {
  const scene = useScene();
  const about = JSON.stringify(aboutOf(scene, questions));
  const query = useQuery({
    queryKey: ["chart", about, questions.map((asked) => sharedFor(asked, scene.filter))] as const,
    queryFn: ({ signal, client }) => Promise.all(questions.map((asked) => (asked.whole ? answerOnce(client, scene, asked) : asker.ask(scene, asked, signal)))),
    // Under another filter the picture stays until the next one is there; of another question it would mislead.
    placeholderData: (previous: ChartAnswer[] | undefined, query) => (query?.queryKey[1] === about ? keepPreviousData(previous) : undefined),
    enabled: questions.length > 0,
    ...KEPT,
  });
  return { answers: query.data, error: query.error, stale: query.isFetching, retry: () => void query.refetch() };
}

/** What does not depend on the filter is asked once, whatever becomes of the gesture that asked first. */
function answerOnce(client: QueryClient, scene: Scene, asked: Asked): Promise<ChartAnswer> {
  return client.fetchQuery({
    queryKey: ["whole chart", aboutOf(scene, [asked])],
    queryFn: () => asker.ask({ ...scene, filter: [] }, asked, unhurried),
    ...KEPT,
  });
}

function aboutOf({ run, map, versions }: Scene, questions: readonly Asked[]) {
  return [run, map, versions, questions.map((asked) => ({ ...asked, filter: active(asked.filter) }))];
}
