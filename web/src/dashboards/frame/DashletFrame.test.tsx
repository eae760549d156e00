import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { fireEvent, render, screen } from "@testing-library/react";
import { beforeAll, beforeEach, expect, it, vi } from "vitest";
import type { Dashboard, DashletKind } from "../../api/dashboards";
import { type OpenRun, RunContext } from "../../explore/run";
import { createView } from "../../explore/view";
import { useDesk } from "../desk";
import { DashboardContext } from "../document/context";
import { openDashboard } from "../document/saving";
import { NO_SETTINGS } from "../spec";
import { DashletFrame } from "./DashletFrame";

/** jsdom has no layout, and so nobody to say what is seen. */
class Unseen {
  observe() {}
  disconnect() {}
}

beforeAll(() => vi.stubGlobal("IntersectionObserver", Unseen));
beforeEach(() => useDesk.setState({ editing: false, edited: null, focused: null, removed: null }));

function show(kind: DashletKind, title = "") {
  const dashlet = { id: "a", kind, title, place: { x: 0, y: 0, w: 8, h: 8 }, settings: { ...NO_SETTINGS, x: null }, filter: [] };
  const dashboard: Dashboard = { id: "d", project: "p", revision: 1, updated: "2026-01-01T00:00:00Z", document: { format: 1, name: "One", description: "", dashlets: [dashlet] } };
  const store = openDashboard(dashboard, async (_, document, revision) => ({ ...dashboard, document, revision: revision + 1 }));
  const view = createView({});
  const open = { run: { id: "r", project: "p", name: "v1" }, fields: [], map: null, store: view } as unknown as OpenRun;
  render(
    <MantineProvider>
      <QueryClientProvider client={new QueryClient()}>
        <RunContext value={open}>
          <DashboardContext value={store}>
            <DashletFrame dashlet={dashlet} />
          </DashboardContext>
        </RunContext>
      </QueryClientProvider>
    </MantineProvider>,
  );
  return { store, view };
}

it("has the user's title, else one from its settings", () => {
  show("bar", "How bad");
  expect(screen.getByRole("heading").textContent).toBe("How bad");
  show("bar");
  expect(screen.getAllByRole("heading")[1].textContent).toBe("Samples");
});

it("says that it is of a kind that this page cannot draw", () => {
  show("hologram" as DashletKind);
  expect(screen.getByTestId("empty-state").textContent).toMatch(/cannot draw “hologram”.*newer percepta/);
});

it("opens its editor, fills the page and goes back", () => {
  const { view } = show("bar");
  fireEvent.click(screen.getByTestId("dashlet-edit"));
  expect(useDesk.getState()).toMatchObject({ editing: true, edited: "a" });
  fireEvent.click(screen.getByTestId("dashlet-enlarge"));
  expect(view.getState().dashlet).toBe("a");
  fireEvent.click(screen.getByTestId("dashlet-enlarge"));
  expect(view.getState().dashlet).toBeNull();
});

it("is removed, which undo takes back", async () => {
  const { store } = show("bar", "How bad");
  fireEvent.click(screen.getByTestId("dashlet-menu"));
  fireEvent.click(await screen.findByTestId("dashlet-remove"));
  expect(store.getState().document.dashlets).toEqual([]);
  expect(useDesk.getState().removed).toBe("How bad");
  store.getState().undo();
  expect(store.getState().document.dashlets.map(({ id }) => id)).toEqual(["a"]);
});
