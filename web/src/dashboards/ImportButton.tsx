import { FileButton, Modal } from "@mantine/core";
import { type ReactNode, useState } from "react";
import type { DashboardDocument } from "../api/dashboards";
import { ErrorNotice } from "../shell/ErrorNotice";
import { fromText } from "./document/file";

/** Reads a dashboard from a file that the user chooses; says what is wrong with it. */
export function ImportButton({ onImport, children }: {
  onImport: (document: DashboardDocument) => Promise<unknown>;
  children: (button: { onClick: () => void }) => ReactNode;
}) {
  const [error, setError] = useState<unknown>(null);
  const take = async (file: File | null) => {
    if (!file) return;
    try {
      await onImport(fromText(await file.text()));
    } catch (problem) {
      setError(problem);
    }
  };
  return (
    <>
      <FileButton accept=".json,application/json" onChange={(file) => void take(file)} inputProps={{ "aria-label": "Dashboard file" }}>
        {children}
      </FileButton>
      <Modal opened={error !== null} onClose={() => setError(null)} title="This dashboard was not imported" size={520}>
        <ErrorNotice error={error} />
      </Modal>
    </>
  );
}
