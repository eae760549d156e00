import { Popover } from "@mantine/core";
import { IconChevronDown } from "@tabler/icons-react";
import { type ReactNode, useState } from "react";
import classes from "./controls.module.css";

/** A quiet button that says what is chosen and opens a choice. */
export function Picker({ label, value, testid, children }: { label: string; value: ReactNode; testid: string; children: (close: () => void) => ReactNode }) {
  const [open, setOpen] = useState(false);
  return (
    <Popover opened={open} onChange={setOpen} trapFocus>
      <Popover.Target>
        <button type="button" className={classes.picker} onClick={() => setOpen(!open)} aria-haspopup="listbox" aria-expanded={open} data-testid={testid}>
          <span>{label}</span>
          <b>{value}</b>
          <IconChevronDown size={12} />
        </button>
      </Popover.Target>
      <Popover.Dropdown>{children(() => setOpen(false))}</Popover.Dropdown>
    </Popover>
  );
}
