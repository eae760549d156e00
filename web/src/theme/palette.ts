/**
 * Twelve colours for categories, one set a theme with the same order of hues.
 *
 * Found by annealing in OKLab: the smallest distance between any two colours, as seen with normal vision and with
 * simulated protanopia, deuteranopia and tritanopia (Machado 2009), was made as large as possible while each keeps a
 * contrast of at least 3 to 1 against the page. `palette.test.ts` holds both figures.
 */
export const CATEGORICAL = {
  dark: ["#31a0ff", "#f3821f", "#b45000", "#21fcff", "#935799", "#f6c30d", "#5e5cdc", "#a5bae8", "#b1f39f", "#5d9075", "#50d39d", "#ce72c0"],
  light: ["#1477c7", "#c3380b", "#bd847b", "#0fa1b9", "#ab498c", "#4f3901", "#3247be", "#8c82fa", "#849e02", "#037947", "#04564d", "#6f2e85"],
} as const;

/** Colour of every category beyond the eleventh. */
export const OTHER = { dark: "#6f7883", light: "#99a1ab" } as const;

/** Colour of what has no value. */
export const MISSING = { dark: "#4a525c", light: "#c3c9d1" } as const;

/** How many categories get a colour of their own: all of twelve, else eleven and one for the rest. */
export function ownColors(categories: number): number {
  return categories <= 12 ? categories : 11;
}
