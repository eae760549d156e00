import type { Camera } from "./camera";
import { parseColor, type Rgb } from "./colors";
import { overlap, placeLabels } from "./labelPlacement";
import type { MapLabel, ScreenBox, Theme } from "./types";

const MOST = 40;
const HEIGHT = 20;
/** Strength of a name whose samples are filtered out. */
const FAINT = 0.32;

type Item = { label: MapLabel; element: HTMLDivElement; width: number; dx: number; dy: number; shown: boolean };

/** Cluster names over the map, as HTML, so that they are crisp, selectable by tests and read aloud. */
export class LabelLayer {
  private readonly root: HTMLDivElement;
  private readonly measure = document.createElement("canvas").getContext("2d");
  private items: Item[] = [];
  private theme: Theme;
  private covered: readonly ScreenBox[] = [];
  private zoomPlaced = Number.NaN;

  constructor(overlay: HTMLElement, theme: Theme) {
    this.theme = theme;
    this.root = document.createElement("div");
    this.root.dataset.testid = "map-labels";
    this.root.style.cssText = "position:absolute;inset:0;overflow:hidden;pointer-events:none";
    overlay.append(this.root);
  }

  set(labels: readonly MapLabel[]): void {
    this.root.replaceChildren();
    this.items = labels.map((label) => this.item(label));
    this.zoomPlaced = Number.NaN;
  }

  setCovered(boxes: readonly ScreenBox[]): void {
    this.covered = boxes;
    this.zoomPlaced = Number.NaN;
  }

  setTheme(theme: Theme): void {
    this.theme = theme;
    for (const item of this.items) this.paint(item);
  }

  /** Move the labels along with the camera; choose anew which are shown when the zoom changed or it rests. */
  update(camera: Camera, resting: boolean): void {
    if (this.items.length === 0) return;
    const far = Math.abs(Math.log(camera.zoom / this.zoomPlaced));
    if (resting || !(far < 0.15)) this.place(camera);
    for (const item of this.items) {
      if (!item.shown) continue;
      const [x, y] = camera.toScreen(item.label.x, item.label.y);
      const left = Math.round(x + item.dx);
      const top = Math.round(y + item.dy);
      // On the way past the controls it would lie half under them.
      const box = { left, top, right: left + item.width, bottom: top + HEIGHT };
      item.element.style.visibility = this.covered.some((other) => overlap(other, box)) ? "hidden" : "visible";
      item.element.style.transform = `translate(${left}px, ${top}px)`;
    }
  }

  destroy(): void {
    this.root.remove();
  }

  private place(camera: Camera): void {
    this.zoomPlaced = camera.zoom;
    const shown = new Set<number>();
    const boxes = this.items.map((item, i) => {
      if (item.shown) shown.add(i);
      const [x, y] = camera.toScreen(item.label.x, item.label.y);
      const { minZoom = 0, maxZoom = Infinity, faint = false } = item.label;
      const seen = camera.zoom >= minZoom && camera.zoom <= maxZoom;
      return { x: seen ? x : -1, y, width: item.width, height: HEIGHT, weight: faint ? item.label.weight * 1e-9 : item.label.weight };
    });
    const placed = new Map(placeLabels(boxes, camera, MOST, shown, this.covered).map((p) => [p.index, p]));
    this.items.forEach((item, i) => {
      const spot = placed.get(i);
      item.shown = spot !== undefined;
      item.element.style.opacity = item.shown ? String(fade(camera.zoom) * (item.label.faint === true ? FAINT : 1)) : "0";
      if (spot !== undefined) {
        item.dx = spot.left - boxes[i].x;
        item.dy = spot.top - boxes[i].y;
      }
    });
  }

  private item(label: MapLabel): Item {
    const element = document.createElement("div");
    element.textContent = label.text;
    element.style.cssText =
      `position:absolute;left:0;top:0;height:${HEIGHT}px;line-height:${HEIGHT}px;padding:0 4px;white-space:nowrap;` +
      "opacity:0;transition:opacity 160ms ease-out;font:600 12.5px/20px system-ui,-apple-system,'Segoe UI',sans-serif;" +
      "letter-spacing:0.01em;will-change:transform";
    this.root.append(element);
    if (this.measure !== null) this.measure.font = "600 12.5px system-ui, -apple-system, 'Segoe UI', sans-serif";
    const width = (this.measure?.measureText(label.text).width ?? label.text.length * 7) + 12;
    const item = { label, element, width, dx: 0, dy: 0, shown: false };
    this.paint(item);
    return item;
  }

  private paint(item: Item): void {
    const dark = this.theme === "dark";
    const halo = dark ? "rgba(13,16,20,.92)" : "rgba(255,255,255,.95)";
    const text = item.label.color === undefined ? null : readable(parseColor(item.label.color), dark);
    item.element.style.color = text === null ? (dark ? "#e8ebf0" : "#1b2129") : `rgb(${text.join(",")})`;
    item.element.style.textShadow = [
      `0 0 2px ${halo}`,
      `1px 0 2px ${halo}`,
      `-1px 0 2px ${halo}`,
      `0 1px 2px ${halo}`,
      `0 -1px 2px ${halo}`,
      `0 0 7px ${halo}`,
    ].join(",");
  }
}

/** Names step back when single samples are looked at. */
function fade(zoom: number): number {
  return zoom < 24 ? 1 : Math.max(0.45, 1 - Math.log2(zoom / 24) * 0.2);
}

/** The colour moved towards the text colour of the theme until it is legible on its background. */
function readable(color: Rgb, dark: boolean): Rgb {
  const toward = dark ? 255 : 20;
  const share = dark ? 0.5 : 0.55;
  return color.map((c) => Math.round(c * (1 - share) + toward * share)) as Rgb;
}
