const KEY = "percepta.dashboard.";

/** The dashboard of a project that was open last in this tab. */
export function lastDashboard(project: string): string | null {
  try {
    return sessionStorage.getItem(KEY + project);
  } catch {
    return null;
  }
}

export function rememberDashboard(project: string, dashboard: string): void {
  try {
    sessionStorage.setItem(KEY + project, dashboard);
  } catch {
    // Private windows may refuse.
  }
}
