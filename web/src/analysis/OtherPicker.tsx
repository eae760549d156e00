import { TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { locate, thumbnail } from "../api/client";
import { similarQuery } from "../api/queries";
import { Picker } from "../explore/Picker";
import { useRun } from "../explore/run";
import network from "../network/network.module.css";
import { Thumbnail } from "../samples/Thumbnail";
import { useSimilars } from "../similars/useSimilars";
import classes from "./analysis.module.css";
import type { Other } from "./state";
import { nearestTo } from "./useOther";

const NAMED: { value: Other; label: string; short: string; note: string }[] = [
  { value: "nearest", label: "The nearest", short: "the nearest", note: "what the model sees most like it" },
  { value: "unlike", label: "The nearest of another label", short: "another label", note: "what it could be taken for" },
];
const MOST_THUMBNAILS = 14;

/** Chooses the sample that stands beside the one that is analyzed. */
export function OtherPicker({ row, value, shown, onChoose }: { row: number; value: Other; shown: string; onChoose: (other: Other) => void }) {
  return (
    <Picker label="Beside" value={NAMED.find((one) => one.value === value)?.short ?? shown} testid="pick-other">
      {(close) => {
        const choose = (other: Other) => {
          onChoose(other);
          close();
        };
        return (
          <div className={classes.choose}>
            <div className={network.spaces} role="listbox" aria-label="Samples by nearness">
              {NAMED.map(({ value: name, label, note }) => (
                <button type="button" key={label} role="option" aria-selected={name === value} onClick={() => choose(name)} data-testid="other" data-other={name}>
                  <b>{label}</b>
                  <span>{note}</span>
                </button>
              ))}
            </div>
            <ById row={row} onChoose={choose} />
            <Near row={row} value={value} onChoose={choose} />
          </div>
        );
      }}
    </Picker>
  );
}

/** Samples whose id begins with what is typed. */
function ById({ row, onChoose }: { row: number; onChoose: (row: number) => void }) {
  const { run } = useRun();
  const [text, setText] = useState("");
  const [settled] = useDebouncedValue(text.trim(), 120);
  const query = useQuery({ queryKey: ["locate", run.id, settled], queryFn: ({ signal }) => locate(run.id, settled, signal), enabled: settled !== "", gcTime: 30_000 });
  const found = settled === "" ? [] : (query.data ?? []).filter((one) => one.row !== row);
  return (
    <>
      <TextInput
        placeholder="Find a sample by its id"
        aria-label="Find a sample by its id"
        leftSection={<IconSearch size={13} />}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && found[0]) onChoose(found[0].row);
        }}
        mt={6}
        data-autofocus
      />
      <div className={`${network.spaces} ${classes.list}`} role="listbox" aria-label="Samples by id">
        {found.map((one) => (
          <button type="button" key={one.row} role="option" aria-selected={false} onClick={() => onChoose(one.row)}>
            <b>{String(one.sample_id)}</b>
            <span>{one.subset}</span>
          </button>
        ))}
        {settled !== "" && found.length === 0 && query.isSuccess && <p className={classes.note}>No other sample has an id that begins so.</p>}
      </div>
    </>
  );
}

/** The similars that were fetched, else the nearest. */
function Near({ row, value, onChoose }: { row: number; value: Other; onChoose: (row: number) => void }) {
  const { run } = useRun();
  const { found } = useSimilars();
  const nearest = useQuery({ ...similarQuery(run.id, nearestTo(row, [], MOST_THUMBNAILS)), enabled: found === undefined });
  const rows = (found ? [...found.queries, ...found.rows] : (nearest.data?.rows ?? [])).filter((one) => one !== row);
  if (rows.length === 0) return null;
  return (
    <>
      <p className={classes.note}>{found ? "The similars on show" : "What the model sees like it"}</p>
      <div className={classes.thumbs}>
        {rows.slice(0, MOST_THUMBNAILS).map((one) => (
          <button type="button" key={one} data-here={one === value || undefined} onClick={() => onChoose(one)} aria-label={`Set the sample at row ${one} beside it`} data-testid="other-near">
            <Thumbnail src={thumbnail(run.id, one)} size={42} />
          </button>
        ))}
      </div>
    </>
  );
}
