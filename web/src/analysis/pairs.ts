/** Two samples, or two versions, side by side: which targets are the same, and how their numbers differ. Pure. */
import type { NetworkDetails, Target } from "../api/types";
import type { Told } from "./maps";
import type { Choice } from "./targets";

/** The same target among another sample's: of that name, else the class of that label where predictions are named otherwise. */
export function counterpart(choices: Choice[], like: Choice): Choice | undefined {
  const alike = ({ target, reading, label }: Choice) => target.kind === like.target.kind && reading === like.reading && label === like.label;
  return choices.find(({ key }) => key === like.key) ?? choices.find(alike);
}

export interface Difference {
  choice: Choice;
  here: number;
  there: number;
}

/** The numbers of every target that is known of both, in the order of the first's tabs; a loss counts once. */
export function differences(here: Choice[], there: Choice[], ofHere: (target: Target) => Told | null, ofThere: (target: Target) => Told | null): Difference[] {
  return here.flatMap((choice): Difference[] => {
    if (choice.reading === "lowers") return [];
    const other = counterpart(there, choice);
    const first = ofHere(choice.target);
    const second = other && ofThere(other.target);
    return first && second ? [{ choice, here: first.value, there: second.value }] : [];
  });
}

/**
 * The layers that were asked for, as far as another model has them; null: it has none, so one of each depth.
 *
 * @returns `lacking`: the names that it does not have.
 */
export function layersThere(layers: string[] | null, network: NetworkDetails | undefined): { layers: string[] | null; lacking: string[] } {
  if (layers === null || !network) return { layers, lacking: [] };
  const known = new Set(network.nodes.flatMap(({ captured, name }) => (captured ? [name] : [])));
  const kept = layers.filter((name) => known.has(name));
  return { layers: kept.length > 0 ? kept : null, lacking: layers.filter((name) => !known.has(name)) };
}
