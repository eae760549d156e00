/** Colours of charts, from the page's own names for them. */
import { useComputedColorScheme } from "@mantine/core";
import { useMemo } from "react";
import type { Theme } from "../../explore/coloring";

export interface Look {
  theme: Theme;
  text: string;
  dim: string;
  faint: string;
  line: string;
  strong: string;
  surface: string;
  accent: string;
  /** The whole, behind the part that matches. */
  whole: string;
}

export function useLook(): Look {
  const theme = useComputedColorScheme("dark");
  return useMemo(() => {
    const style = getComputedStyle(document.documentElement);
    const token = (name: string) => style.getPropertyValue(`--${name}`).trim();
    return {
      theme,
      text: token("text"),
      dim: token("dim"),
      faint: token("faint"),
      line: token("line"),
      strong: token("line-strong"),
      surface: token("surface"),
      accent: theme === "dark" ? "#7590f5" : "#5f7ae8",
      whole: theme === "dark" ? "#2c333c" : "#d9dde3",
    };
  }, [theme]);
}
