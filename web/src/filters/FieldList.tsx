import { TextInput } from "@mantine/core";
import { IconAbc, IconCheck, IconDecimal, IconMathFunction, IconNumber123, IconSearch, IconToggleLeft } from "@tabler/icons-react";
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";
import type { Field, FieldType } from "../api/types";
import { GROUPS } from "../explore/run";
import { useDerivedDialog } from "../fields/derived";
import { useFieldHover } from "../fields/fieldHover";
import classes from "./fieldList.module.css";

const ICONS = { float: IconDecimal, integer: IconNumber123, string: IconAbc, boolean: IconToggleLeft };

export function TypeIcon({ type }: { type: FieldType }) {
  const Icon = ICONS[type];
  return <Icon size={14} stroke={1.6} className={classes.type} aria-label={type} />;
}

/** Fields by group, with a search; arrows and Enter choose. */
export function FieldList({ fields, chosen, onChoose, none }: {
  fields: Field[];
  chosen: string[];
  onChoose: (name: string) => void;
  /** Label of the choice of no field. */
  none?: string;
}) {
  const [search, setSearch] = useState("");
  const [active, setActive] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const shown = useMemo(() => {
    const words = search.toLowerCase().split(/\s+/).filter(Boolean);
    const hits = fields.filter((field) => words.every((word) => field.name.toLowerCase().includes(word)));
    return GROUPS.flatMap(({ group, title }) => hits.filter((field) => field.group === group).map((field) => ({ field, title })));
  }, [fields, search]);
  const offset = none && !search ? 1 : 0;
  const total = shown.length + offset;
  useEffect(() => {
    // Braces: newer browsers return a promise here, which is no clean-up.
    void list.current?.querySelector("[data-active]")?.scrollIntoView({ block: "nearest" });
  }, [active]);

  const keys = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      setActive((at) => (at + (event.key === "ArrowDown" ? 1 : total - 1)) % Math.max(1, total));
    } else if (event.key === "Enter" && total > 0) {
      event.preventDefault();
      onChoose(active < offset ? "" : shown[active - offset].field.name);
    }
  };
  return (
    <div className={classes.box}>
      <TextInput
        data-autofocus
        autoFocus
        placeholder="Find a field"
        aria-label="Find a field"
        leftSection={<IconSearch size={13} />}
        value={search}
        onKeyDown={keys}
        onChange={(event) => {
          setSearch(event.currentTarget.value);
          setActive(0);
        }}
      />
      <div className={classes.list} ref={list} role="listbox" aria-label="Fields">
        {offset === 1 && <Option name={none as string} active={active === 0} chosen={chosen.includes("")} onChoose={() => onChoose("")} />}
        {shown.map(({ field, title }, at) => (
          <div key={field.name}>
            {(at === 0 || shown[at - 1].title !== title) && <div className={classes.group}>{title}</div>}
            <Option name={field.name} field={field} active={active === at + offset} chosen={chosen.includes(field.name)} onChoose={() => onChoose(field.name)} />
          </div>
        ))}
        {total === 0 && <div className={classes.nothing}>No field has that in its name.</div>}
      </div>
      <button type="button" className={classes.make} onClick={() => useDerivedDialog.setState({ open: true })} data-testid="open-derived">
        <IconMathFunction size={13} stroke={1.6} /> Make a field of others…
      </button>
    </div>
  );
}

function Option({ name, field, active, chosen, onChoose }: { name: string; field?: Field; active: boolean; chosen: boolean; onChoose: () => void }) {
  const hover = useFieldHover(field?.name);
  return (
    <button
      type="button"
      role="option"
      aria-selected={chosen}
      className={classes.option}
      data-active={active || undefined}
      data-field={field?.name ?? ""}
      onClick={onChoose}
      {...hover}
    >
      {field ? <TypeIcon type={field.type} /> : <span className={classes.type} />}
      <span className={classes.name}>{name}</span>
      {chosen && <IconCheck size={13} />}
    </button>
  );
}
