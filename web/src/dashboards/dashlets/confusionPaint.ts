/** Paints a confusion matrix. */
import { shortCount } from "../../theme/format";
import type { Look } from "../charts/look";
import type { Layout } from "./confusionLayout";

export interface Cells {
  /** Names in the order shown. */
  labels: string[];
  /** 0..1: how strongly a cell is coloured. */
  strength(row: number, column: number): number;
  /** What a cell says; empty: nothing. */
  says(row: number, column: number): string;
  /** Whether only samples that the filter leaves out are in a cell. */
  hidden(row: number, column: number): boolean;
  /** Whether a row (or column) passes what is chosen of its field. */
  passes(row: number, column: number): boolean;
}

/** Right is blue and mistaken is orange: told apart with any kind of colour vision. */
const HUES = { dark: { right: [90, 140, 255], wrong: [255, 146, 43] }, light: { right: [38, 92, 214], wrong: [214, 92, 0] } } as const;
const FONT = 11;

export function paintConfusion(context: CanvasRenderingContext2D, cells: Cells, layout: Layout, look: Look, font: string): void {
  const { left, top, cell } = layout;
  const size = cells.labels.length;
  const gap = cell >= 12 ? 1 : 0;
  context.textBaseline = "middle";
  context.font = `${FONT}px ${font}`;
  for (let row = 0; row < size; row++)
    for (let column = 0; column < size; column++) {
      const strength = cells.strength(row, column);
      const x = left + column * cell;
      const y = top + row * cell;
      const side = Math.max(0.5, cell - gap);
      const passes = cells.passes(row, column);
      if (gap > 0 || strength > 0) {
        context.globalAlpha = passes ? 1 : 0.25;
        context.fillStyle = strength > 0 ? shade(look, row === column, strength) : cells.hidden(row, column) ? look.whole : look.line;
        context.fillRect(x, y, side, side);
      }
      if (layout.numbers && strength > 0) {
        context.globalAlpha = 1;
        context.fillStyle = !passes ? look.dim : strength > 0.55 ? (look.theme === "dark" ? "#0b0d10" : "#ffffff") : look.text;
        context.textAlign = "center";
        context.fillText(cells.says(row, column), x + side / 2, y + side / 2 + 0.5);
      }
    }
  context.globalAlpha = 1;
  if (gap === 0) {
    context.strokeStyle = look.line;
    context.strokeRect(left - 0.5, top - 0.5, size * cell + 1, size * cell + 1);
  }
  paintNames(context, cells, layout, look);
}

function paintNames(context: CanvasRenderingContext2D, { labels }: Cells, { left, top, cell, every, upright }: Layout, look: Look): void {
  const room = left - 24;
  context.fillStyle = look.dim;
  for (let at = 0; at < labels.length; at += every) {
    const middle = (at + 0.5) * cell;
    context.textAlign = "right";
    context.fillText(fitted(context, labels[at], room), left - 7, top + middle);
    context.save();
    context.translate(left + middle, top - 7);
    if (upright) context.rotate(-Math.PI / 2);
    else context.translate(0, -5);
    context.textAlign = upright ? "left" : "center";
    context.fillText(fitted(context, labels[at], upright ? top - 24 : cell), 0, 0);
    context.restore();
  }
  const across = left + (labels.length * cell) / 2;
  context.fillStyle = look.faint;
  context.textAlign = "center";
  context.fillText("predicted", across, 9);
  context.save();
  context.translate(9, top + (labels.length * cell) / 2);
  context.rotate(-Math.PI / 2);
  context.fillText("true", 0, 0);
  context.restore();
}

/** The text, or as much of it as fits `width` CSS pixels. */
export function fitted(context: Pick<CanvasRenderingContext2D, "measureText">, text: string, width: number): string {
  if (context.measureText(text).width <= width) return text;
  let length = text.length - 1;
  while (length > 1 && context.measureText(`${text.slice(0, length)}…`).width > width) length--;
  return `${text.slice(0, length)}…`;
}

function shade(look: Look, right: boolean, strength: number): string {
  const [red, green, blue] = HUES[look.theme][right ? "right" : "wrong"];
  return `rgb(${red} ${green} ${blue} / ${0.1 + 0.85 * Math.min(1, strength)})`;
}

/** A count that fits a cell. */
export function inCell(count: number): string {
  return count === 0 ? "" : shortCount(count).replace(" ", "");
}

/** A share as per cent that fits a cell: a few of many are not 0, nearly all are not 100. */
export function shareInCell(share: number): string {
  const percent = share * 100;
  if (share === 0) return "";
  if (percent < 0.1) return "<0.1";
  if (share === 1 || (percent >= 9.95 && percent <= 99)) return percent.toFixed(0);
  return Math.min(99.9, percent).toFixed(1);
}
