import type { Dashlet } from "../api/dashboards";
import { useDesk } from "./desk";
import { removeDashlet } from "./document/change";
import { useDashboardStore } from "./document/context";
import { titleOf } from "./frame/DashletFrame";

/** Removes a dashlet; a line at the foot of the page offers to bring it back. */
export function useRemove(): (dashlet: Dashlet) => void {
  const store = useDashboardStore();
  return (dashlet) => {
    const { edited, set } = useDesk.getState();
    store.getState().change((document) => removeDashlet(document, dashlet.id));
    set({ removed: titleOf(dashlet), edited: edited === dashlet.id ? null : edited, focused: null });
  };
}
