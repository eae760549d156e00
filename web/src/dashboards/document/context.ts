/** The dashboard that is open, for everything below it. */
import { createContext, useContext } from "react";
import { useStore } from "zustand";
import type { StoreApi } from "zustand";
import type { OpenDashboard } from "./saving";

export const DashboardContext = createContext<StoreApi<OpenDashboard> | null>(null);

export function useDashboardStore(): StoreApi<OpenDashboard> {
  const store = useContext(DashboardContext);
  if (!store) throw new Error("No dashboard is open here.");
  return store;
}

/** A part of the open dashboard; re-renders when it changes. */
export function useOpenDashboard<T>(select: (dashboard: OpenDashboard) => T): T {
  return useStore(useDashboardStore(), select);
}
