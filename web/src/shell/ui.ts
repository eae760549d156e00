/** What is open on the page; not part of a view that one shares. */
import { create } from "zustand";

export type Mode = "pan" | "lasso" | "box";

interface Ui {
  palette: boolean;
  help: boolean;
  panel: boolean;
  panelWidth: number;
  drawerHeight: number;
  mode: Mode;
  /** The view that an analysis was opened from, and leads back to. */
  analyzedFrom: "/runs/$run" | "/runs/$run/samples";
  set(part: Partial<Omit<Ui, "set">>): void;
}

const KEPT = "percepta.ui";

function kept(): Partial<Ui> {
  try {
    const value = JSON.parse(localStorage.getItem(KEPT) ?? "{}") as Partial<Ui>;
    return {
      panel: value.panel ?? true,
      panelWidth: Math.min(720, Math.max(280, value.panelWidth ?? 348)),
      drawerHeight: Math.min(900, Math.max(120, value.drawerHeight ?? 260)),
    };
  } catch {
    return {};
  }
}

export const useUi = create<Ui>()((set, get) => ({
  palette: false,
  help: false,
  panel: true,
  panelWidth: 348,
  drawerHeight: 260,
  mode: "pan",
  analyzedFrom: "/runs/$run",
  ...kept(),
  set: (part) => {
    set(part);
    const { panel, panelWidth, drawerHeight } = get();
    try {
      localStorage.setItem(KEPT, JSON.stringify({ panel, panelWidth, drawerHeight }));
    } catch {
      // Private windows may refuse; the page works without.
    }
  },
}));
