/** Up and down among the bars of channels. */

/**
 * Moves the focus to the next or previous bar, and opens it where one is open already.
 *
 * @returns Whether the key was one of these and a bar had the focus.
 */
export function walk(key: string, list: HTMLElement, opens: boolean): boolean {
  const by = key === "ArrowDown" ? 1 : key === "ArrowUp" ? -1 : 0;
  const bars = [...list.querySelectorAll<HTMLButtonElement>("button[aria-pressed]")];
  const at = bars.indexOf(document.activeElement as HTMLButtonElement);
  if (by === 0 || at < 0) return false;
  const next = bars[at + by];
  next?.focus();
  if (opens) next?.click();
  return true;
}
