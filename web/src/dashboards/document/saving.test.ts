import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Dashboard, DashboardDocument } from "../../api/dashboards";
import { ApiError } from "../../api/errors";
import { openDashboard } from "./saving";

const first: Dashboard = {
  id: "d1",
  project: "p1",
  revision: 1,
  updated: "2026-01-01T00:00:00Z",
  document: { format: 1, name: "One", description: "", dashlets: [] },
};

const named = (name: string) => (document: DashboardDocument) => ({ ...document, name });

/** A server that keeps one dashboard, and refuses what rests on an old revision. */
function server() {
  let kept = first;
  const saves: string[] = [];
  return {
    saves,
    kept: () => kept,
    save: async (_: string, document: DashboardDocument, revision: number) => {
      saves.push(document.name);
      if (revision !== kept.revision) throw new ApiError(409, { message: "Someone else changed it." }, "PUT");
      kept = { ...kept, document, revision: revision + 1 };
      return kept;
    },
    change: (name: string) => {
      kept = { ...kept, document: named(name)(kept.document), revision: kept.revision + 1 };
    },
  };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("an open dashboard", () => {
  it("is saved once after several changes", async () => {
    const { save, saves, kept } = server();
    const store = openDashboard(first, save);
    store.getState().change(named("Two"));
    store.getState().change(named("Three"));
    expect(store.getState().saved.state).toBe("unsaved");
    await vi.runAllTimersAsync();
    expect(saves).toEqual(["Three"]);
    expect(kept().document.name).toBe("Three");
    expect(store.getState()).toMatchObject({ revision: 2, saved: { state: "saved" } });
  });

  it("saves again what changed while it was being saved", async () => {
    const { save, saves } = server();
    const store = openDashboard(first, save);
    store.getState().change(named("Two"));
    const flushed = store.getState().flush();
    store.getState().change(named("Three"));
    await flushed;
    await vi.runAllTimersAsync();
    expect(saves).toEqual(["Two", "Three"]);
    expect(store.getState().saved.state).toBe("saved");
  });

  it("undoes and redoes, and saves that", async () => {
    const { save, kept } = server();
    const store = openDashboard(first, save);
    store.getState().change(named("Two"));
    store.getState().change(named("Three"));
    store.getState().undo();
    expect(store.getState().document.name).toBe("Two");
    store.getState().undo();
    store.getState().undo();
    expect(store.getState().document.name).toBe("One");
    store.getState().redo();
    await vi.runAllTimersAsync();
    expect(kept().document.name).toBe("Two");
  });

  it("waits for a word where someone else was faster", async () => {
    const { save, change, kept } = server();
    const store = openDashboard(first, save);
    change("Theirs");
    store.getState().change(named("Mine"));
    await vi.runAllTimersAsync();
    expect(store.getState().saved.state).toBe("conflict");
    expect(kept().document.name).toBe("Theirs");
    store.getState().settle(kept(), "mine");
    await vi.runAllTimersAsync();
    expect(kept().document.name).toBe("Mine");
    expect(store.getState().saved.state).toBe("saved");
  });

  it("takes theirs, which undo does not bring back over them", async () => {
    const { save, change, kept } = server();
    const store = openDashboard(first, save);
    change("Theirs");
    store.getState().change(named("Mine"));
    await vi.runAllTimersAsync();
    store.getState().settle(kept(), "theirs");
    expect(store.getState()).toMatchObject({ document: { name: "Theirs" }, revision: 2, past: [], saved: { state: "saved" } });
  });

  it("follows the server only while it has nothing of its own", () => {
    const store = openDashboard(first, server().save);
    store.getState().adopt({ ...first, revision: 2, document: named("Theirs")(first.document) });
    expect(store.getState().document.name).toBe("Theirs");
    store.getState().change(named("Mine"));
    store.getState().adopt({ ...first, revision: 3 });
    expect(store.getState().document.name).toBe("Mine");
  });

  it("says that saving failed, and saves with the next change", async () => {
    let down = true;
    const { save, kept } = server();
    const store = openDashboard(first, (...args) => (down ? Promise.reject(new TypeError("no network")) : save(...args)));
    store.getState().change(named("Two"));
    await vi.runAllTimersAsync();
    expect(store.getState().saved.state).toBe("failed");
    down = false;
    store.getState().change(named("Three"));
    await vi.runAllTimersAsync();
    expect(kept().document.name).toBe("Three");
  });
});
