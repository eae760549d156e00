import { useQuery, useQueryClient } from "@tanstack/react-query";
import { activations } from "../api/client";
import { ApiError } from "../api/errors";
import type { Similars } from "../api/types";
import type { ChannelName } from "../channels/name";
import { useRun } from "../explore/run";
import type { Grid } from "../heat/grid";
import { FIRST_PORTION, nextSize, shownMap } from "./heat";
import { SHOWN_QUERIES } from "./useHeat";

/** This page, to the server: its newer question takes the place of one that still waits. */
const PAGE = Math.random().toString(36).slice(2);

export interface Fires {
  /** By row, where the channel fires; null where that cannot be drawn. */
  grids: Map<number, Grid | null>;
  /** By row, its greatest response over positions. */
  responses: Map<number, number>;
}

/** Where a channel fires in the queries and what was found, coming in portion by portion. Null asks for nothing. */
export function useChannelHeat(found: Similars | null, name: ChannelName | null): { fires: Fires | undefined; error: unknown } {
  const { run } = useRun();
  const queryClient = useQueryClient();
  const wanted = found !== null && name !== null;
  const key = ["similars channel", run.id, wanted && [found.queries, found.rows, name]];
  const query = useQuery({
    queryKey: key,
    enabled: wanted,
    queryFn: async ({ signal }) => {
      const { queries, rows } = found as Similars;
      const { layer, channel } = name as ChannelName;
      const fires: Fires = { grids: new Map(), responses: new Map() };
      let left = [...queries.slice(0, SHOWN_QUERIES), ...rows];
      let size = FIRST_PORTION;
      while (left.length > 0) {
        const portion = left.slice(0, size);
        const answer = await activations(run.id, { rows: portion, layer, channels: [channel], slot: `similars channel ${PAGE}` }, signal);
        portion.forEach((row, at) => {
          fires.grids.set(row, shownMap(answer.maps.filter((map) => map.row === row)));
          fires.responses.set(row, answer.responses[at][0]);
        });
        left = left.slice(size);
        size = nextSize(size, answer.seconds);
        if (left.length > 0) queryClient.setQueryData<Fires>(key, { grids: new Map(fires.grids), responses: new Map(fires.responses) });
      }
      return fires;
    },
    staleTime: Infinity,
    gcTime: 60_000,
    // Requests may overtake each other: one that nobody wants any more can take the place of this.
    retry: (failures, problem) => failures < 2 && problem instanceof ApiError && problem.status === 409,
  });
  return { fires: wanted ? query.data : undefined, error: wanted ? query.error : null };
}
