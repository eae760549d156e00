import { type ReactNode, useState } from "react";
import { useRun, useView } from "../explore/run";
import { EmptyState } from "../shell/EmptyState";
import { ErrorNotice } from "../shell/ErrorNotice";
import { Gallery } from "./Gallery";
import { GalleryBar } from "./GalleryBar";
import classes from "./samples.module.css";
import { SampleTable } from "./SampleTable";
import { useOrder } from "./useOrder";

const MOST_COLUMNS = 24;

/** The samples of the selection, else of the filter, as pictures or as a table. */
export function Samples({ children, initialSize = 64 }: { children?: ReactNode; initialSize?: number }) {
  const { fields } = useRun();
  const layout = useView((view) => view.layout);
  const set = useView((view) => view.set);
  const order = useOrder();
  const [size, setSize] = useState(initialSize);
  return (
    <div className={classes.samples}>
      <GalleryBar order={order} size={size} onSize={setSize}>
        {children}
      </GalleryBar>
      {order.error !== null && <ErrorNotice error={order.error} />}
      {order.rows?.length === 0 && (
        <EmptyState compact title={order.what === "selected" ? "Nothing inside the selection" : "No sample matches the filter"} action={<button type="button" className={classes.link} onClick={() => set(order.what === "selected" ? { selection: { polygons: [], rows: [] } } : { filter: [] })}>{order.what === "selected" ? "Clear the selection" : "Clear the filter"}</button>}>
          {order.what === "selected" ? "The lasso holds no dot that the filter lets through." : "Switch a chip off, or widen its range, to see samples again."}
        </EmptyState>
      )}
      {order.rows && order.rows.length > 0 && (layout === "grid" ? <Gallery rows={order.rows} size={size} many={order.what === "selected"} /> : <SampleTable rows={order.rows} fields={fields.slice(0, MOST_COLUMNS)} many={order.what === "selected"} />)}
    </div>
  );
}
