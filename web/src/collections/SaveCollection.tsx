import { Button, Group, Modal, Textarea, TextInput, Tooltip } from "@mantine/core";
import { IconBookmarkPlus } from "@tabler/icons-react";
import { type SyntheticEvent, useState } from "react";
import { ErrorNotice } from "../shell/ErrorNotice";
import { count } from "../theme/format";
import { useCollections } from "./queries";

/** Keeps the samples that the filter matches under a name. */
export function SaveCollection({ samples }: { samples: number | undefined }) {
  const [open, setOpen] = useState(false);
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const { create } = useCollections();
  const close = () => {
    setOpen(false);
    setName("");
    setDescription("");
    create.reset();
  };
  const keep = (event: SyntheticEvent) => {
    event.preventDefault();
    if (name.trim()) create.mutate({ name: name.trim(), description: description.trim() }, { onSuccess: close });
  };
  return (
    <>
      <Tooltip label="Keep these samples as a collection">
        <Button size="compact-sm" variant="subtle" color="gray" leftSection={<IconBookmarkPlus size={14} />} disabled={samples === 0} onClick={() => setOpen(true)} data-testid="save-collection">
          Keep
        </Button>
      </Tooltip>
      <Modal opened={open} onClose={close} title={samples === undefined ? "Keep these samples" : `Keep ${count(samples)} samples`} size={420}>
        <form onSubmit={keep}>
          <TextInput label="Name of the collection" description="It will stand below the fields in the filter menu, in every run of the project." data-autofocus maxLength={200} value={name} onChange={(event) => setName(event.currentTarget.value)} data-testid="collection-name" />
          <Textarea label="What they have in common" mt={8} size="xs" autosize minRows={2} maxLength={10_000} value={description} onChange={(event) => setDescription(event.currentTarget.value)} />
          {create.error !== null && <ErrorNotice error={create.error} />}
          <Group justify="flex-end" mt={14} gap={8}>
            <Button onClick={close}>Cancel</Button>
            <Button type="submit" variant="filled" disabled={!name.trim()} loading={create.isPending} data-testid="collection-keep">
              Keep
            </Button>
          </Group>
        </form>
      </Modal>
    </>
  );
}
