import { Button, Popover } from "@mantine/core";
import { IconArrowLeft, IconFilterPlus } from "@tabler/icons-react";
import { useState } from "react";
import { CollectionList } from "../collections/CollectionList";
import { useField, useRun, useView } from "../explore/run";
import { useKeys } from "../shell/keys";
import { ClauseEditor } from "./ClauseEditor";
import { FieldList } from "./FieldList";
import type { Compare } from "./types";

/** Chooses a field, then what of it. */
export function AddFilter() {
  const { fields } = useRun();
  const [open, setOpen] = useState(false);
  const [name, setName] = useState<string | null>(null);
  const field = useField(name);
  const clause = useView((view) => view.filter.find((one): one is Compare => one.kind === "compare" && one.field === name));
  const setFieldClause = useView((view) => view.setFieldClause);
  useKeys({ f: () => show(true) });
  const show = (next: boolean) => {
    setOpen(next);
    setName(null);
  };
  return (
    <Popover opened={open} onChange={show} trapFocus>
      <Popover.Target>
        <Button size="compact-sm" variant="subtle" color="gray" leftSection={<IconFilterPlus size={14} />} onClick={() => show(!open)} data-testid="add-filter">
          Filter
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        {field ? (
          <>
            <Button size="compact-xs" variant="subtle" color="gray" leftSection={<IconArrowLeft size={12} />} onClick={() => setName(null)}>
              Fields
            </Button>
            <ClauseEditor field={field} clause={clause} onChange={(next) => setFieldClause(field.name, next)} />
          </>
        ) : (
          <>
            <FieldList fields={fields} chosen={[]} onChoose={setName} />
            <CollectionList onApply={() => show(false)} />
          </>
        )}
      </Popover.Dropdown>
    </Popover>
  );
}
