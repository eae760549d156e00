import { IconTable } from "@tabler/icons-react";
import { useMemo } from "react";
import { lossField, useRun } from "../../explore/run";
import type { Filter } from "../../filters/types";
import { columnsOf } from "../../samples/columns";
import { ColumnsMenu } from "../../samples/ColumnsMenu";
import { ExportMenu } from "../../samples/ExportMenu";
import { SampleTable } from "../../samples/SampleTable";
import { count } from "../../theme/format";
import { Waiting } from "../frame/Waiting";
import type { DashletProps, DashletSpec } from "../spec";
import { NoSamples } from "./NoSamples";
import classes from "./samples.module.css";
import { useRows } from "./useRows";

export const samples: DashletSpec = {
  kind: "samples",
  title: "Samples",
  description: "A table of the samples that match, one row each, sorted by any field.",
  icon: IconTable,
  size: { w: 24, h: 11 },
  uses: ["fields", "sort", "limit"],
  initial: (fields) => {
    const loss = lossField(fields);
    return { sort: loss ? { field: loss.name, descending: true } : null };
  },
  name: ({ sort }) => (sort ? `Samples by ${sort.field}` : "Samples"),
  Body,
};

function Body({ dashlet, change }: DashletProps) {
  const { fields } = useRun();
  const { settings } = dashlet;
  const sort = settings?.sort ?? null;
  const chosen = settings?.fields;
  const columns = useMemo(() => columnsOf(fields, chosen?.length ? chosen : null), [fields, chosen]);
  const { rows, matching, filter, error, stale, retry } = useRows(dashlet.filter as Filter, sort, settings?.limit ?? null);
  const setColumns = (names: string[] | null) => change({ fields: names ?? [] });
  return (
    <Waiting error={error} pending={!rows} stale={stale} retry={retry}>
      {rows && (
        <div className={classes.body}>
          <div className={classes.head}>
            <span data-testid="samples-count">
              <b>{count(rows.length)}</b> {rows.length === matching ? (rows.length === 1 ? "sample" : "samples") : `of ${count(matching ?? 0)} samples`}
            </span>
            <ColumnsMenu columns={columns} onColumns={setColumns} />
            <ExportMenu filter={filter} samples={matching} columns={columns} sort={sort} />
          </div>
          {rows.length === 0 ? <NoSamples /> : <SampleTable rows={rows} fields={columns} sort={sort} onSort={(sort) => change({ sort })} onColumns={setColumns} many={false} />}
        </div>
      )}
    </Waiting>
  );
}
