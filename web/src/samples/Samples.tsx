import { type ReactNode, useMemo, useState } from "react";
import { useRun, useView } from "../explore/run";
import { EmptyState } from "../shell/EmptyState";
import { ErrorNotice } from "../shell/ErrorNotice";
import { columnsOf } from "./columns";
import { ColumnsMenu } from "./ColumnsMenu";
import { ExportMenu } from "./ExportMenu";
import { Gallery } from "./Gallery";
import { GalleryBar } from "./GalleryBar";
import classes from "./samples.module.css";
import { SampleTable } from "./SampleTable";
import { useOrder } from "./useOrder";

/** The samples of the selection, else of the filter, as pictures or as a table. */
export function Samples({ children, initialSize = 64 }: { children?: ReactNode; initialSize?: number }) {
  const { fields } = useRun();
  const layout = useView((view) => view.layout);
  const set = useView((view) => view.set);
  const sort = useView((view) => view.sort);
  const chosen = useView((view) => view.columns);
  const columns = useMemo(() => columnsOf(fields, chosen), [fields, chosen]);
  const order = useOrder();
  const many = order.what === "selected";
  const [size, setSize] = useState(initialSize);
  return (
    <div className={classes.samples}>
      <GalleryBar order={order} size={size} onSize={setSize}>
        {layout === "table" && <ColumnsMenu columns={columns} onColumns={(columns) => set({ columns })} />}
        <ExportMenu filter={order.filter} samples={order.rows?.length} columns={columns} sort={sort} />
        {children}
      </GalleryBar>
      {order.error !== null && <ErrorNotice error={order.error} />}
      {order.rows?.length === 0 && (
        <EmptyState compact title={order.what === "selected" ? "Nothing inside the selection" : "No sample matches the filter"} action={<button type="button" className={classes.link} onClick={() => set(order.what === "selected" ? { selection: { polygons: [], rows: [] } } : { filter: [] })}>{order.what === "selected" ? "Clear the selection" : "Clear the filter"}</button>}>
          {order.what === "selected" ? "The lasso holds no dot that the filter lets through." : "Switch a chip off, or widen its range, to see samples again."}
        </EmptyState>
      )}
      {order.rows && order.rows.length > 0 && layout === "grid" && <Gallery rows={order.rows} size={size} many={many} />}
      {order.rows && order.rows.length > 0 && layout === "table" && (
        <SampleTable rows={order.rows} fields={columns} sort={sort} onSort={(sort) => set({ sort })} onColumns={(columns) => set({ columns })} many={many} />
      )}
    </div>
  );
}
