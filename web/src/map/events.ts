import type { MapEvents } from "./types";

type Listener<K extends keyof MapEvents> = (event: MapEvents[K]) => void;

/** Listeners of the map's events, by name. */
export class Events {
  private readonly listeners = new Map<keyof MapEvents, Set<Listener<keyof MapEvents>>>();

  /** Returns the function that stops listening. */
  on<K extends keyof MapEvents>(name: K, listener: Listener<K>): () => void {
    const known = this.listeners.get(name) ?? new Set();
    this.listeners.set(name, known);
    known.add(listener as Listener<keyof MapEvents>);
    return () => known.delete(listener as Listener<keyof MapEvents>);
  }

  emit<K extends keyof MapEvents>(name: K, event: MapEvents[K]): void {
    for (const listener of this.listeners.get(name) ?? []) (listener as Listener<K>)(event);
  }

  clear(): void {
    this.listeners.clear();
  }
}
