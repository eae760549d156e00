/** The card at the pointer. Built of elements, so that no value of the user's is ever read as markup. */
import classes from "./charts.module.css";
import type { Tip } from "./picture";

export function tipElement({ title, lines, foot }: Tip): HTMLElement {
  const card = element("div", classes.tip);
  card.append(element("b", "", title));
  for (const { color, name, value, note } of lines) {
    const line = element("div", classes.tipLine);
    if (color) {
      const swatch = element("i", "");
      swatch.style.background = color;
      line.append(swatch);
    }
    line.append(element("span", "", name), element("em", "", value));
    if (note) line.append(element("small", "", note));
    card.append(line);
  }
  if (foot) card.append(element("small", "", foot));
  return card;
}

function element(tag: string, className: string, text?: string): HTMLElement {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}
