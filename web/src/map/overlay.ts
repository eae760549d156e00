import type { Point, Theme } from "./types";

const SVG = "http://www.w3.org/2000/svg";

/** What lies over the picture besides names: the ring around the hovered dot, the lasso, a message. */
export class Overlay {
  private readonly ring: HTMLDivElement;
  private readonly svg: SVGSVGElement;
  private readonly path: SVGPathElement;
  private message: HTMLDivElement | null = null;
  private theme: Theme;

  constructor(
    private readonly root: HTMLElement,
    theme: Theme,
  ) {
    this.theme = theme;
    root.style.pointerEvents = "none";
    this.svg = document.createElementNS(SVG, "svg");
    this.svg.dataset.testid = "map-lasso";
    this.svg.setAttribute("aria-hidden", "true");
    this.svg.style.cssText = "position:absolute;inset:0;width:100%;height:100%;display:none";
    this.path = document.createElementNS(SVG, "path");
    this.svg.append(this.path);
    this.ring = document.createElement("div");
    this.ring.dataset.testid = "map-hover-ring";
    this.ring.style.cssText =
      "position:absolute;left:0;top:0;box-sizing:border-box;border-radius:50%;display:none;will-change:transform";
    root.append(this.svg, this.ring);
    this.setTheme(theme);
  }

  setTheme(theme: Theme): void {
    this.theme = theme;
    const dark = theme === "dark";
    this.path.setAttribute("fill", dark ? "rgba(120,170,255,.13)" : "rgba(40,100,220,.10)");
    this.path.setAttribute("stroke", dark ? "#8fb8ff" : "#2f6bd8");
    this.path.setAttribute("stroke-width", "1.5");
    this.path.setAttribute("stroke-linejoin", "round");
    this.path.setAttribute("stroke-dasharray", "5 3");
    this.ring.style.border = `2px solid ${dark ? "#ffffff" : "#11151a"}`;
    this.ring.style.boxShadow = dark ? "0 0 0 1.5px rgba(0,0,0,.65)" : "0 0 0 1.5px rgba(255,255,255,.9)";
  }

  /** Show the dot of the given diameter and colour, ringed, above all others. */
  showRing(x: number, y: number, diameter: number, color: string): void {
    const size = Math.max(7, diameter + 1) + 7;
    const { style } = this.ring;
    style.display = "block";
    style.width = `${size}px`;
    style.height = `${size}px`;
    style.transform = `translate(${(x - size / 2).toFixed(1)}px, ${(y - size / 2).toFixed(1)}px)`;
    const inner = Math.max(5, diameter) / 2;
    style.background = `radial-gradient(circle, ${color} ${inner}px, transparent ${inner + 0.7}px)`;
  }

  hideRing(): void {
    this.ring.style.display = "none";
  }

  showPath(points: readonly Point[]): void {
    this.svg.style.display = "block";
    this.path.setAttribute("d", `M${points.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L")}Z`);
  }

  hidePath(): void {
    this.svg.style.display = "none";
    this.path.removeAttribute("d");
  }

  showMessage(title: string, advice: string): void {
    this.message?.remove();
    const box = document.createElement("div");
    box.setAttribute("role", "alert");
    box.style.cssText =
      "position:absolute;inset:0;display:flex;flex-direction:column;align-items:center;justify-content:center;" +
      "gap:6px;padding:24px;text-align:center;font:14px/1.5 system-ui,sans-serif;" +
      `color:${this.theme === "dark" ? "#c9d1db" : "#39424d"}`;
    const strong = document.createElement("strong");
    strong.textContent = title;
    const text = document.createElement("span");
    text.textContent = advice;
    text.style.maxWidth = "46ch";
    box.append(strong, text);
    this.root.append(box);
    this.message = box;
  }

  hideMessage(): void {
    this.message?.remove();
    this.message = null;
  }

  destroy(): void {
    this.svg.remove();
    this.ring.remove();
    this.hideMessage();
  }
}
