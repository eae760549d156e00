import { IconPhoto } from "@tabler/icons-react";
import { useMemo } from "react";
import { lossField } from "../../explore/run";
import type { Filter } from "../../filters/types";
import { Gallery } from "../../samples/Gallery";
import { useCells } from "../../samples/useCells";
import { value as show } from "../../theme/format";
import { Waiting } from "../frame/Waiting";
import type { DashletProps, DashletSpec } from "../spec";
import { NoSamples } from "./NoSamples";
import classes from "./samples.module.css";
import { useRows } from "./useRows";

const USUAL = 60;
/** Least width of a picture, in CSS pixels. */
const PICTURE = 84;

export const gallery: DashletSpec = {
  kind: "gallery",
  title: "Gallery",
  description: "Pictures of the samples that match, such as the worst.",
  icon: IconPhoto,
  size: { w: 8, h: 9 },
  uses: ["sort", "fields", "limit"],
  initial: (fields) => {
    const loss = lossField(fields);
    return { sort: loss ? { field: loss.name, descending: true } : null, limit: USUAL };
  },
  name: ({ sort }) => (sort ? `${sort.descending ? "Highest" : "Lowest"} ${sort.field}` : "Samples"),
  Body,
};

function Body({ dashlet }: DashletProps) {
  const { settings } = dashlet;
  const sort = settings?.sort ?? null;
  const { rows, error, stale, retry } = useRows(dashlet.filter as Filter, sort, settings?.limit ?? USUAL);
  return (
    <Waiting error={error} pending={!rows} stale={stale} retry={retry}>
      {rows && (rows.length === 0 ? <NoSamples /> : <Pictures rows={rows} captions={settings?.fields?.length ? settings.fields : sort ? [sort.field] : []} />)}
    </Waiting>
  );
}

function Pictures({ rows, captions }: { rows: Uint32Array; captions: string[] }) {
  const names = useMemo(() => [...captions, "sample_id"].slice(0, Math.max(1, captions.length)), [captions]);
  const { valuesOf } = useCells(rows, 0, rows.length, names);
  return (
    <div className={classes.body}>
      <Gallery
        rows={rows}
        size={PICTURE}
        many={false}
        caption={(row) => {
          const values = valuesOf(row);
          return values ? names.map((name) => show(values[name])).join(" · ") : "";
        }}
      />
    </div>
  );
}
