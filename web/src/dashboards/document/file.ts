/** Dashboards as files. The server checks what they hold. */
import type { DashboardDocument } from "../../api/dashboards";

export function toText(document: DashboardDocument): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** Read a file that was exported; raises a sentence where it is none. */
export function fromText(text: string): DashboardDocument {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`This file is no JSON: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
  const { format, dashlets } = (typeof value === "object" && value !== null ? value : {}) as { format?: unknown; dashlets?: unknown };
  if (!Array.isArray(dashlets)) throw new Error("This file holds no dashboard: it has no list 'dashlets'. Choose a file that percepta exported.");
  if (typeof format === "number" && format > 1) throw new Error("A newer percepta made this dashboard. Update percepta, then import it again.");
  return value as DashboardDocument;
}

export function emptyDocument(name: string): DashboardDocument {
  return { format: 1, name, description: "", dashlets: [] };
}
