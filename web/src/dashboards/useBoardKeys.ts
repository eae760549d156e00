import { useRun } from "../explore/run";
import { isTyping, useKeys } from "../shell/keys";
import { useDesk } from "./desk";
import { changeDashlet, COLUMNS, neighbour } from "./document/change";
import { useDashboardStore } from "./document/context";
import { useRemove } from "./useRemove";

const ARROWS = { arrowleft: [-1, 0], arrowright: [1, 0], arrowup: [0, -1], arrowdown: [0, 1] } as const;

/** The keys of the dashboards page. */
export function useBoardKeys(): void {
  const { store: view } = useRun();
  const store = useDashboardStore();
  const remove = useRemove();
  const focused = () => store.getState().document.dashlets.find(({ id }) => id === useDesk.getState().focused);
  const set = useDesk((desk) => desk.set);
  const arrow = (key: keyof typeof ARROWS) => (event: KeyboardEvent) => {
    const [dx, dy] = ARROWS[key];
    const { focused: id, editing } = useDesk.getState();
    const dashlet = focused();
    if (event.shiftKey && editing && dashlet) {
      store.getState().change((document) => changeDashlet(document, dashlet.id, { place: moved(dashlet.place, dx, dy) }));
      return;
    }
    // A body with a use of its own for arrows (a table) keeps them.
    if (event.target instanceof Element && event.target.closest("[data-own-keys]")) return false;
    const next = neighbour(store.getState().document.dashlets, id ?? "", [dx, dy]);
    if (next) set({ focused: next });
  };
  const resize = (key: keyof typeof ARROWS) => () => {
    const dashlet = focused();
    if (!dashlet || !useDesk.getState().editing) return false;
    const [dx, dy] = ARROWS[key];
    const { x, y, w, h } = dashlet.place;
    const place = { x, y, w: Math.min(COLUMNS - x, Math.max(3, w + dx)), h: Math.max(2, h + dy) };
    store.getState().change((document) => changeDashlet(document, dashlet.id, { place }));
  };
  // While the dashboard is edited, undo means its changes and not those of the filter.
  useKeys(
    {
      "ctrl+z": (event) => {
        if (!useDesk.getState().editing || isTyping(event.target)) return false;
        if (event.shiftKey) store.getState().redo();
        else store.getState().undo();
      },
      "ctrl+y": (event) => (useDesk.getState().editing && !isTyping(event.target) ? store.getState().redo() : false),
    },
    true,
  );
  useKeys({
    e: () => set({ editing: !useDesk.getState().editing, edited: null }),
    z: () => {
      const { dashlet } = view.getState();
      view.getState().set({ dashlet: dashlet ? null : (focused()?.id ?? null) });
    },
    enter: (event) => {
      const dashlet = focused();
      if (!dashlet || !(event.target instanceof HTMLElement) || event.target.dataset.dashlet !== dashlet.id) return false;
      set({ editing: true, edited: dashlet.id });
    },
    delete: () => {
      const dashlet = focused();
      if (!dashlet || !useDesk.getState().editing) return false;
      remove(dashlet);
    },
    escape: () => {
      const { edited, editing } = useDesk.getState();
      if (edited) set({ edited: null });
      else if (view.getState().dashlet) view.getState().set({ dashlet: null });
      else if (view.getState().sample !== null || view.getState().selection.rows.length > 0) view.getState().clear();
      else if (editing) set({ editing: false });
      else return false;
    },
    arrowleft: arrow("arrowleft"),
    arrowright: arrow("arrowright"),
    arrowup: arrow("arrowup"),
    arrowdown: arrow("arrowdown"),
    "ctrl+arrowleft": resize("arrowleft"),
    "ctrl+arrowright": resize("arrowright"),
    "ctrl+arrowup": resize("arrowup"),
    "ctrl+arrowdown": resize("arrowdown"),
  });
}

function moved({ x, y, w, h }: { x: number; y: number; w: number; h: number }, dx: number, dy: number) {
  return { x: Math.min(COLUMNS - w, Math.max(0, x + dx)), y: Math.max(0, y + dy), w, h };
}
