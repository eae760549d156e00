import { create } from "zustand";
import type { PopulationMap } from "../map/populationMap";

/** The drawn map, for the buttons and keys around it; null while none is on show. */
export const useMapHandle = create<{ map: PopulationMap | null; goHome: (() => void) | null }>()(() => ({ map: null, goHome: null }));
