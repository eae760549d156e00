import type { Dashlet } from "../../api/dashboards";

/** The settings of a dashlet; every change shows at once. */
export function Editor({ dashlet }: { dashlet: Dashlet }) {
  return <div>{dashlet.title}</div>;
}
