import { useLocation, useNavigate } from "@tanstack/react-router";
import { useRun } from "../explore/run";
import { stateOf } from "../explore/view";
import { encodeView } from "../explore/viewUrl";
import { useOrder } from "../samples/useOrder";
import { useUi } from "../shell/ui";

/** Opens the analysis of the sample in the panel, else of the first that is selected. */
export function useOpenAnalysis(): () => void {
  const { run, store } = useRun();
  const { rows, what } = useOrder();
  const navigate = useNavigate();
  const path = useLocation({ select: ({ pathname }) => pathname });
  return () => {
    const { sample, set } = store.getState();
    const row = sample ?? (what === "selected" ? rows?.[0] : undefined);
    if (row === undefined) return;
    if (row !== sample) set({ sample: row });
    useUi.getState().set({ analyzedFrom: path.endsWith("/samples") ? "/runs/$run/samples" : "/runs/$run" });
    void navigate({ to: "/runs/$run/analyze", params: { run: run.id }, search: encodeView(stateOf(store.getState())) });
  };
}

/** Leads back to where the analysis was opened, with the same selection; resolves once it is there. */
export function useCloseAnalysis(): () => Promise<void> {
  const { run, store } = useRun();
  const navigate = useNavigate();
  return () => navigate({ to: useUi.getState().analyzedFrom, params: { run: run.id }, search: encodeView(stateOf(store.getState())) });
}
