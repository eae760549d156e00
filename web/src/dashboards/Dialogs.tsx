import { Button, Group, Modal, Textarea, TextInput } from "@mantine/core";
import { type SyntheticEvent, useState } from "react";
import type { DashboardDocument } from "../api/dashboards";
import { toText } from "./document/file";
import { saveText } from "../shell/files";

/** Asks for a dashboard's name and what it is for. */
export function NameDialog({ title, action, onClose, onName, ...before }: {
  title: string;
  action: string;
  name: string;
  description: string;
  onClose: () => void;
  onName: (name: string, description: string) => void;
}) {
  const [name, setName] = useState(before.name);
  const [description, setDescription] = useState(before.description);
  const done = (event: SyntheticEvent) => {
    event.preventDefault();
    if (!name.trim()) return;
    onName(name.trim(), description.trim());
    onClose();
  };
  return (
    <Modal opened onClose={onClose} title={title} size={420}>
      <form onSubmit={done}>
        <TextInput label="Name" data-autofocus maxLength={200} value={name} onChange={(event) => setName(event.currentTarget.value)} data-testid="dashboard-name" />
        <Textarea label="What it is for" mt={8} size="xs" autosize minRows={2} maxLength={10_000} value={description} onChange={(event) => setDescription(event.currentTarget.value)} />
        <Group justify="flex-end" mt={14} gap={8}>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="filled" disabled={!name.trim()} data-testid="dashboard-name-done">
            {action}
          </Button>
        </Group>
      </form>
    </Modal>
  );
}

/** Deleting cannot be undone; exporting first keeps a way back. */
export function ConfirmDelete({ document, onClose, onDelete }: { document: DashboardDocument; onClose: () => void; onDelete: () => void }) {
  return (
    <Modal opened onClose={onClose} title={`Delete “${document.name}”?`} size={420}>
      It goes for everyone who works in this project. To keep a way back, export it first.
      <Group justify="flex-end" mt={14} gap={8}>
        <Button onClick={() => saveText(`${document.name}.json`, toText(document), "application/json")}>Export</Button>
        <Button data-autofocus onClick={onClose}>
          Cancel
        </Button>
        <Button
          variant="filled"
          color="red"
          onClick={() => {
            onDelete();
            onClose();
          }}
          data-testid="dashboard-delete-confirm"
        >
          Delete
        </Button>
      </Group>
    </Modal>
  );
}
