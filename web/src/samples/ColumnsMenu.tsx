import { Button, Popover } from "@mantine/core";
import { IconColumns3 } from "@tabler/icons-react";
import { useState } from "react";
import type { Field } from "../api/types";
import { useRun } from "../explore/run";
import { FieldList } from "../filters/FieldList";
import { count } from "../theme/format";

/** Chooses the columns of a table; a field chosen comes last, and headings can be dragged. */
export function ColumnsMenu({ columns, onColumns }: { columns: Field[]; onColumns: (names: string[] | null) => void }) {
  const { fields } = useRun();
  const [open, setOpen] = useState(false);
  const names = columns.map(({ name }) => name);
  const toggle = (name: string) => {
    const next = names.includes(name) ? names.filter((other) => other !== name) : [...names, name];
    onColumns(next.length > 0 ? next : null);
  };
  return (
    <Popover opened={open} onChange={setOpen} trapFocus>
      <Popover.Target>
        <Button size="compact-xs" variant="subtle" color="gray" leftSection={<IconColumns3 size={13} />} onClick={() => setOpen(!open)} data-testid="table-columns">
          {count(columns.length)} of {count(fields.length)} columns
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <FieldList fields={fields} chosen={names} onChoose={toggle} />
        <Button size="compact-xs" variant="subtle" color="gray" fullWidth mt={4} onClick={() => onColumns(null)}>
          The usual columns
        </Button>
      </Popover.Dropdown>
    </Popover>
  );
}
