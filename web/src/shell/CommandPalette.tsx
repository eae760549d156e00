import { Modal } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import classes from "./palette.module.css";
import { useUi } from "./ui";
import { type Entry, useEntries } from "./useEntries";

/** Search of everything: samples by id, fields, runs, commands. */
export function CommandPalette() {
  const open = useUi((ui) => ui.palette);
  const set = useUi((ui) => ui.set);
  return (
    <Modal opened={open} onClose={() => set({ palette: false })} withCloseButton={false} padding={0} size={580} yOffset="12vh" radius={12} data-testid="palette">
      {open && <Search close={() => set({ palette: false })} />}
    </Modal>
  );
}

function Search({ close }: { close: () => void }) {
  const [text, setText] = useState("");
  const [active, setActive] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const { entries, searching, hint } = useEntries(text);
  useEffect(() => {
    // Braces: newer browsers return a promise here, which is no clean-up.
    void list.current?.querySelector("[data-active]")?.scrollIntoView({ block: "nearest" });
  }, [active]);
  const choose = (entry: Entry | undefined) => {
    if (!entry) return;
    close();
    entry.run();
  };
  const keys = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : entries.length - 1;
      setActive((at) => (entries.length ? (at + step) % entries.length : 0));
    } else if (event.key === "Enter") {
      event.preventDefault();
      choose(entries[active]);
    }
  };
  return (
    <div>
      <div className={classes.input}>
        <IconSearch size={16} />
        <input data-autofocus autoFocus placeholder="Sample id, field, run or command" aria-label="Search" value={text} onChange={(event) => {
            setText(event.currentTarget.value);
            setActive(0);
          }} onKeyDown={keys} data-testid="palette-input" />
      </div>
      <div className={classes.list} ref={list} role="listbox" aria-label="Results">
        {entries.map((entry, at) => (
          <div key={entry.key}>
            {(at === 0 || entries[at - 1].group !== entry.group) && <div className={classes.group}>{entry.group}</div>}
            <button type="button" role="option" aria-selected={at === active} data-active={at === active || undefined} className={classes.entry} onClick={() => choose(entry)} onPointerMove={() => setActive(at)} data-testid="palette-entry">
              {entry.icon}
              <span>{entry.title}</span>
              {entry.note && <em>{entry.note}</em>}
            </button>
          </div>
        ))}
        {entries.length === 0 && !searching && <div className={classes.nothing}>{hint}</div>}
      </div>
    </div>
  );
}
