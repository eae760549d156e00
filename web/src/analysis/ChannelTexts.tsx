import { useQuery } from "@tanstack/react-query";
import { sampleQuery } from "../api/queries";
import type { ChannelSamples } from "../api/types";
import { useView } from "../explore/run";
import type { Grid } from "../heat/grid";
import { number } from "../theme/format";
import classes from "./channels.module.css";
import { hottestWords } from "./hottest";

interface Props {
  run: string;
  samples: ChannelSamples["samples"];
  grids: Map<number, Grid | null>;
  /** Name of the visual that shows the text. */
  visual: string;
  positions: number | null;
  row: number | null;
}

/** The texts that excite a channel most: each by the words around its strongest place; a click opens one. */
export function ChannelTexts({ run, samples, grids, visual, positions, row: shown }: Props) {
  return (
    <div className={classes.texts}>
      {samples.map(({ row, response }) => (
        <Words key={row} {...{ run, row, response, visual, positions }} grid={grids.get(row) ?? null} here={row === shown} />
      ))}
    </div>
  );
}

function Words({ run, row, response, visual, positions, grid, here }: { run: string; row: number; response: number; visual: string; positions: number | null; grid: Grid | null; here: boolean }) {
  const set = useView((view) => view.set);
  const { data } = useQuery(sampleQuery(run, row, null));
  const tokens = data?.visuals.find(({ name }) => name === visual)?.document.tokens as string[] | undefined;
  const { before, word, after } = hottestWords(tokens ?? [], grid, positions);
  return (
    <button type="button" onClick={() => set({ sample: row })} data-here={here || undefined} data-testid="exciting" data-row={row} title={`Row ${row}: responds ${number(response)}. Open it.`}>
      <span>
        {before} {word && <mark>{word}</mark>} {after}
      </span>
      <em>{number(response, 3)}</em>
    </button>
  );
}
