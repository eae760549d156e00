/** Words keep a contrast of 4.5 to 1 (WCAG AA) on everything they stand on, in both themes. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const css = readFileSync("src/theme/tokens.css", "utf8");

function tokens(theme: string): Record<string, string> {
  const block = css.split(`[data-mantine-color-scheme="${theme}"] {`)[1].split("}")[0];
  return Object.fromEntries([...block.matchAll(/--([a-z-]+): (#[0-9a-f]{6});/g)].map(([, name, value]) => [name, value]));
}

function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

describe.each(["dark", "light"])("%s", (theme) => {
  const named = tokens(theme);
  const words = ["text", "dim", "faint", "accent", "good", "bad", "warn"];
  const grounds = ["bg", "surface", "raised", "hover", "active"];
  it.each(words.flatMap((word) => grounds.map((ground) => [word, ground])))("%s on %s", (word, ground) => {
    const [low, high] = [luminance(named[word]), luminance(named[ground])].sort((a, b) => a - b);
    expect((high + 0.05) / (low + 0.05)).toBeGreaterThanOrEqual(4.5);
  });
});
