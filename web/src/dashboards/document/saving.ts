/** A dashboard that is open: what the user makes of it, and how far the server has that. */
import { createStore, type StoreApi } from "zustand";
import type { Dashboard, DashboardDocument } from "../../api/dashboards";
import { ApiError } from "../../api/errors";

/** Changes within this time are saved together, in milliseconds. */
const PAUSE = 700;
const MOST_UNDONE = 100;

export type Saved =
  | { state: "saved" | "unsaved" | "saving" }
  /** Someone else changed the dashboard since it was read. */
  | { state: "conflict" }
  | { state: "failed"; error: unknown };

export interface OpenDashboard {
  id: string;
  project: string;
  document: DashboardDocument;
  revision: number;
  saved: Saved;
  past: DashboardDocument[];
  future: DashboardDocument[];
  /** Put a changed document in the place of this one. */
  change(make: (document: DashboardDocument) => DashboardDocument): void;
  undo(): void;
  redo(): void;
  /** Save now what is unsaved. */
  flush(): Promise<void>;
  /** Take over what the server has, unless there are changes of one's own. */
  adopt(dashboard: Dashboard): void;
  /** Settle a conflict: drop one's own changes for `theirs`, or save over them. */
  settle(theirs: Dashboard, keep: "mine" | "theirs"): void;
}

export type Save = (id: string, document: DashboardDocument, revision: number) => Promise<Dashboard>;

export function openDashboard(dashboard: Dashboard, save: Save): StoreApi<OpenDashboard> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return createStore<OpenDashboard>()((set, get) => {
    const put = (document: DashboardDocument, history: Pick<OpenDashboard, "past" | "future">) => {
      if (document === get().document) return;
      set({ document, ...history });
      later();
    };
    const later = () => {
      // A conflict is settled by the user; until then nothing is sent.
      if (get().saved.state === "conflict") return;
      if (get().saved.state !== "saving") set({ saved: { state: "unsaved" } });
      clearTimeout(timer);
      timer = setTimeout(() => void get().flush(), PAUSE);
    };
    return {
      id: dashboard.id,
      project: dashboard.project,
      document: dashboard.document,
      revision: dashboard.revision,
      saved: { state: "saved" },
      past: [],
      future: [],
      change: (make) => {
        const { document, past } = get();
        put(make(document), { past: [...past, document].slice(-MOST_UNDONE), future: [] });
      },
      undo: () => {
        const { document, past, future } = get();
        const before = past.at(-1);
        if (before) put(before, { past: past.slice(0, -1), future: [document, ...future] });
      },
      redo: () => {
        const { document, past, future } = get();
        const [after, ...rest] = future;
        if (after) put(after, { past: [...past, document], future: rest });
      },
      flush: async () => {
        clearTimeout(timer);
        const { id, document, revision, saved } = get();
        if (saved.state !== "unsaved" && saved.state !== "failed") return;
        set({ saved: { state: "saving" } });
        try {
          const kept = await save(id, document, revision);
          set({ revision: kept.revision, saved: { state: "saved" } });
          if (get().document !== document) later();
        } catch (error) {
          set({ saved: error instanceof ApiError && error.status === 409 ? { state: "conflict" } : { state: "failed", error } });
        }
      },
      adopt: ({ document, revision }) => {
        if (get().saved.state === "saved" && revision > get().revision) set({ document, revision, past: [], future: [] });
      },
      settle: (theirs, keep) => {
        set({ revision: theirs.revision, saved: { state: keep === "mine" ? "unsaved" : "saved" } });
        if (keep === "mine") void get().flush();
        else set({ document: theirs.document, past: [], future: [] });
      },
    };
  });
}
