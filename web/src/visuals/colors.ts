import { CATEGORICAL } from "../theme/palette";

/** The colour of a class over a picture: the bright set, whatever the page's theme, as pictures are not themed. */
export function classColor(index: number): string {
  return CATEGORICAL.dark[index % CATEGORICAL.dark.length];
}

/** A stable place in the palette for each label. */
export function labelColors(labels: string[]): Map<string, string> {
  const names = [...new Set(labels)].sort();
  return new Map(names.map((name, at) => [name, classColor(at)]));
}
