import { useQuery } from "@tanstack/react-query";
import { address } from "../api/client";
import type { NetworkDetails, Sample, SampleVisual } from "../api/types";
import { presentIn, read } from "../visuals/MaskVisual";
import type { Seen } from "./targets";
import { masksOf } from "./wiring";

/** Which classes the masks of a sample show: those a model finds in it, and those that are there. */
export function useSeen(sample: Sample | undefined, network: NetworkDetails | undefined, prediction: string | undefined): { seen: Seen | undefined; pending: boolean } {
  const masks = sample && prediction !== undefined ? masksOf(network, sample.visuals, prediction) : { predicted: [], truth: [] };
  const wanted = masks.predicted.length + masks.truth.length > 0;
  const query = useQuery({
    queryKey: ["seen", masks.predicted.map(({ images }) => images[1]), masks.truth.map(({ images }) => images[1])],
    queryFn: async (): Promise<Seen> => ({ predicted: await shares(masks.predicted), truth: await shares(masks.truth) }),
    enabled: wanted,
    staleTime: Infinity,
    retry: false,
  });
  return { seen: query.data, pending: wanted && query.isPending };
}

/** The share of the pixels that each label has in the first mask that shows it. */
async function shares(masks: SampleVisual[]): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  for (const { images, document } of masks) {
    const labels = document.labels as string[];
    const { data } = await read(address(images[1]));
    for (const { id, share } of presentIn(data)) if (labels[id] !== undefined && !found.has(labels[id])) found.set(labels[id], share);
  }
  return found;
}
