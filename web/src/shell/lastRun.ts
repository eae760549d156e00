const KEY = "percepta.run";

/** The run that was open last in this tab. */
export function lastRun(): string | null {
  try {
    return sessionStorage.getItem(KEY);
  } catch {
    return null;
  }
}

export function rememberRun(run: string): void {
  try {
    sessionStorage.setItem(KEY, run);
  } catch {
    // Private windows may refuse.
  }
}
