/** Changes of a dashboard, each a new document. */
import type { Dashlet, DashboardDocument, Place } from "../../api/dashboards";

export const COLUMNS = 24;

export type NewDashlet = Pick<Dashlet, "kind" | "settings"> & Partial<Pick<Dashlet, "title" | "filter">>;

/** The document with one dashlet more, at the first free place that holds it. */
export function addDashlet(document: DashboardDocument, dashlet: NewDashlet, size: { w: number; h: number }, id = freshId()): DashboardDocument {
  const place = freePlace(document.dashlets.map(({ place }) => place), size);
  return { ...document, dashlets: [...document.dashlets, { title: "", filter: [], ...dashlet, id, place }] };
}

export function duplicateDashlet(document: DashboardDocument, id: string, copy = freshId()): DashboardDocument {
  const original = document.dashlets.find((dashlet) => dashlet.id === id);
  return original ? addDashlet(document, original, original.place, copy) : document;
}

export function removeDashlet(document: DashboardDocument, id: string): DashboardDocument {
  return { ...document, dashlets: document.dashlets.filter((dashlet) => dashlet.id !== id) };
}

export function changeDashlet(document: DashboardDocument, id: string, part: Partial<Omit<Dashlet, "id">>): DashboardDocument {
  return { ...document, dashlets: document.dashlets.map((dashlet) => (dashlet.id === id ? { ...dashlet, ...part } : dashlet)) };
}

/** The document with its dashlets laid anew; the same one where nothing moved. */
export function layDashlets(document: DashboardDocument, places: ReadonlyMap<string, Place>): DashboardDocument {
  const moved = document.dashlets.some(({ id, place }) => {
    const next = places.get(id);
    return next && (next.x !== place.x || next.y !== place.y || next.w !== place.w || next.h !== place.h);
  });
  if (!moved) return document;
  return { ...document, dashlets: document.dashlets.map((dashlet) => ({ ...dashlet, place: places.get(dashlet.id) ?? dashlet.place })) };
}

/** The dashlet that lies nearest in a direction; null where there is none. */
export function neighbour(dashlets: readonly Dashlet[], from: string, [dx, dy]: [number, number]): string | null {
  const here = dashlets.find(({ id }) => id === from);
  if (!here) return dashlets[0]?.id ?? null;
  const [x, y] = middle(here.place);
  let best: string | null = null;
  let least = Infinity;
  for (const { id, place } of dashlets) {
    const [ox, oy] = middle(place);
    const ahead = (ox - x) * dx + (oy - y) * dy;
    const aside = Math.abs((ox - x) * dy) + Math.abs((oy - y) * dx);
    const distance = ahead + 3 * aside;
    if (id !== from && ahead > 0 && distance < least) [best, least] = [id, distance];
  }
  return best;
}

function middle({ x, y, w, h }: Place): [number, number] {
  return [x + w / 2, y + h / 2];
}

/** The highest, then leftmost, place where a dashlet of this size overlaps no other. */
function freePlace(taken: Place[], { w, h }: { w: number; h: number }): Place {
  const bottom = Math.max(0, ...taken.map(({ y, h }) => y + h));
  for (let y = 0; y < bottom; y++)
    for (let x = 0; x + w <= COLUMNS; x++)
      if (!taken.some((other) => x < other.x + other.w && other.x < x + w && y < other.y + other.h && other.y < y + h)) return { x, y, w, h };
  return { x: 0, y: bottom, w, h };
}

function freshId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(6)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
