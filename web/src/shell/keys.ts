/** Keys of the page: who listens to what, and the list that the help overlay shows. */
import { useEffect, useRef } from "react";

export const KEYS: { group: string; keys: { keys: string[]; does: string }[] }[] = [
  {
    group: "Find",
    keys: [
      { keys: ["Ctrl", "K"], does: "Search samples, fields, runs and commands" },
      { keys: ["/"], does: "Find a sample by its id" },
      { keys: ["F"], does: "Add a filter" },
      { keys: ["Ctrl", "Z"], does: "Undo the last filter" },
      { keys: ["Ctrl", "Y"], does: "Redo it" },
    ],
  },
  {
    group: "Map",
    keys: [
      { keys: ["V"], does: "Pan and click" },
      { keys: ["L"], does: "Lasso" },
      { keys: ["B"], does: "Box" },
      { keys: ["0"], does: "Show the whole map" },
      { keys: ["Z"], does: "Zoom to the selection" },
      { keys: ["H"], does: "Hide or grey what does not match" },
      { keys: ["Shift", "drag"], does: "Add to the selection" },
    ],
  },
  {
    group: "Samples",
    keys: [
      { keys: ["→"], does: "Next sample of the selection or filter" },
      { keys: ["←"], does: "Previous sample" },
      { keys: ["A"], does: "Analyze the sample: why the model said this" },
      { keys: ["S"], does: "Fetch similars of the sample or the selection" },
      { keys: ["G"], does: "Open or close the drawer of samples" },
      { keys: ["P"], does: "Open or close the panel" },
      { keys: ["W"], does: "What explains the loss: fields by how much they tell about it" },
      { keys: ["I"], does: "Keep only the selection (as a filter)" },
      { keys: ["X"], does: "Leave out the selection (as a filter)" },
      { keys: ["Esc"], does: "Close what is open, then clear the selection" },
    ],
  },
  {
    group: "Table of samples",
    keys: [
      { keys: ["↑", "↓"], does: "Walk the lines; Page Up, Page Down, Home and End too" },
      { keys: ["Enter"], does: "Open the sample" },
      { keys: ["Space"], does: "Select it, or take it out; Shift with an arrow goes on" },
      { keys: ["Alt", "→"], does: "On a heading: move the column" },
    ],
  },
  {
    group: "Analysis of a sample",
    keys: [
      { keys: ["1", "…", "0"], does: "Explain a class" },
      { keys: ["M"], does: "Choose the method" },
      { keys: ["["], does: "Previous layer" },
      { keys: ["]"], does: "Next layer" },
      { keys: ["↑", "↓"], does: "From a channel’s bar to the next" },
      { keys: ["O"], does: "Overlay on or off" },
      { keys: ["C"], does: "Another sample beside it" },
      { keys: ["V"], does: "Another version beside it" },
      { keys: ["S"], does: "Fetch its similars" },
      { keys: ["Esc"], does: "Back to where it was opened" },
    ],
  },
  {
    group: "Model",
    keys: [
      { keys: ["↓"], does: "Next step of the network" },
      { keys: ["↑"], does: "Previous step" },
      { keys: ["0"], does: "Show the network from its beginning" },
    ],
  },
  {
    group: "Dashboard",
    keys: [
      { keys: ["click"], does: "Filter by a bar, slice, cell or row; again: take it back" },
      { keys: ["Shift", "click"], does: "Add it to what is chosen" },
      { keys: ["Alt", "click"], does: "Leave it out" },
      { keys: ["drag"], does: "Filter by a range" },
      { keys: ["↑", "↓", "←", "→"], does: "Walk from dashlet to dashlet" },
      { keys: ["Enter"], does: "Edit the dashlet" },
      { keys: ["Z"], does: "Enlarge it, and back" },
      { keys: ["N"], does: "Add a dashlet" },
      { keys: ["E"], does: "Edit the dashboard, and end that" },
      { keys: ["Shift", "←"], does: "Move the dashlet, while editing" },
      { keys: ["Ctrl", "→"], does: "Resize it" },
      { keys: ["Delete"], does: "Remove it" },
    ],
  },
  {
    group: "Page",
    keys: [
      { keys: ["D"], does: "Dashboards" },
      { keys: ["T"], does: "Light or dark" },
      { keys: ["?"], does: "These keys" },
    ],
  },
];

/** Whether the user is typing, so that keys belong to the field. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !SWITCHES.test(target.type);
  return target.isContentEditable || /^(textarea|select)$/i.test(target.tagName);
}

/** Inputs that take no text: they keep the keys that work them, and leave all others to the page. */
const SWITCHES = /^(checkbox|radio|range|button|submit|file|color)$/;
const WORKING = /^(arrow.*|home|end|pageup|pagedown|enter| )$/;

function worksSwitch(target: EventTarget | null, name: string): boolean {
  return target instanceof HTMLInputElement && SWITCHES.test(target.type) && WORKING.test(name);
}

/** Name of a key press: `k`, `ctrl+k`, `?`, `escape`, `arrowright`. */
export function nameOf(event: KeyboardEvent): string {
  const key = event.key.toLowerCase();
  return event.ctrlKey || event.metaKey ? `ctrl+${key}` : key;
}

const OVERLAYS = "[role=dialog], [role=menu], [aria-modal=true]";

/** Whether an open dialog, menu or popover takes the key: those pressed inside it, and Escape wherever it is pressed. */
function belongsToOverlay(event: KeyboardEvent, name: string): boolean {
  if (document.querySelector("[aria-modal=true]")) return true;
  if (name === "escape") return document.querySelector(OVERLAYS) !== null;
  return event.target instanceof Element && event.target.closest(OVERLAYS) !== null;
}

type Handler = (event: KeyboardEvent) => void | false;

/** Listen to keys while mounted. A handler that returns false leaves the key to others; those that are `first` come before all others. */
export function useKeys(handlers: Record<string, Handler>, first = false): void {
  const latest = useRef(handlers);
  useEffect(() => {
    latest.current = handlers;
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      const name = nameOf(event);
      if (event.defaultPrevented || event.altKey) return;
      if (isTyping(event.target) && !name.startsWith("ctrl+")) return;
      if (worksSwitch(event.target, name)) return;
      if (name !== "ctrl+k" && belongsToOverlay(event, name)) return;
      const handler = latest.current[name];
      if (handler && handler(event) !== false) event.preventDefault();
    };
    window.addEventListener("keydown", listen, first);
    return () => window.removeEventListener("keydown", listen, first);
  }, [first]);
}
