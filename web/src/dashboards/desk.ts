/** How the user works on the dashboards page: not part of a dashboard, nor of a view that one shares. */
import { create } from "zustand";

interface Desk {
  /** Dashlets can be moved, resized, added and removed. */
  editing: boolean;
  /** Dashlet whose settings are open beside the page. */
  edited: string | null;
  /** Dashlet that the keys go to. */
  focused: string | null;
  /** Whether the panel of what explains a metric is open. */
  tells: boolean;
  /** What was just removed, to bring it back. */
  removed: string | null;
  set(part: Partial<Omit<Desk, "set">>): void;
}

export const useDesk = create<Desk>()((set) => ({
  editing: false,
  edited: null,
  focused: null,
  tells: false,
  removed: null,
  set: (part) => set(part),
}));
