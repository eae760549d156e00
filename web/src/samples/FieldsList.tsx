import { ActionIcon, CopyButton, TextInput, Tooltip } from "@mantine/core";
import { IconCheck, IconCopy, IconFilter, IconSearch } from "@tabler/icons-react";
import { useState } from "react";
import type { SampleField } from "../api/types";
import { GROUPS, useRun, useView } from "../explore/run";
import type { Clause } from "../filters/types";
import { value as show } from "../theme/format";
import classes from "./panel.module.css";

/** Every field of a sample, by group, searchable; each can be copied, or become a filter. */
export function FieldsList({ fields }: { fields: SampleField[] }) {
  const { fields: known } = useRun();
  const addClause = useView((view) => view.addClause);
  const [search, setSearch] = useState("");
  const needle = search.toLowerCase();
  const shown = fields.filter(({ name, value }) => `${name} ${String(value)}`.toLowerCase().includes(needle));
  const describe = new Map(known.map((field) => [field.name, field.description]));
  const all = Object.fromEntries(fields.map(({ name, value }) => [name, value]));
  return (
    <section className={classes.fields} data-testid="fields">
      <div className={classes.fieldsHead}>
        <TextInput placeholder={`Find among ${fields.length} fields`} aria-label="Find a field" leftSection={<IconSearch size={13} />} value={search} onChange={(event) => setSearch(event.currentTarget.value)} style={{ flex: 1 }} />
        <CopyButton value={JSON.stringify(all, null, 1)}>
          {({ copied, copy }) => (
            <Tooltip label="Copy all fields as JSON">
              <ActionIcon onClick={copy} aria-label="Copy all fields">
                {copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
              </ActionIcon>
            </Tooltip>
          )}
        </CopyButton>
      </div>
      {GROUPS.map(({ group, title }) => {
        const members = shown.filter((field) => field.group === group);
        if (members.length === 0) return null;
        return (
          <div key={group}>
            <h4>{title}</h4>
            <dl>
              {members.map((field) => (
                <div key={field.name} className={classes.field} data-testid="field" data-field={field.name}>
                  <dt title={describe.get(field.name) || field.name}>{field.name}</dt>
                  <dd title={field.value === null ? "no value" : String(field.value)} data-missing={field.value === null || undefined}>
                    {show(field.value)}
                  </dd>
                  <div className={classes.fieldButtons}>
                    <button type="button" aria-label={`Filter to this ${field.name}`} title="Only samples with this value" onClick={() => addClause(clauseFor(field))}>
                      <IconFilter size={12} />
                    </button>
                    <CopyButton value={String(field.value ?? "")}>
                      {({ copied, copy }) => (
                        <button type="button" aria-label={`Copy ${field.name}`} title="Copy" onClick={copy}>
                          {copied ? <IconCheck size={12} /> : <IconCopy size={12} />}
                        </button>
                      )}
                    </CopyButton>
                  </div>
                </div>
              ))}
            </dl>
          </div>
        );
      })}
      {shown.length === 0 && <p className={classes.none}>No field or value contains that.</p>}
    </section>
  );
}

/** The samples that are like this one in a field. */
export function clauseFor({ name, value, type }: SampleField): Clause {
  if (value === null) return { kind: "compare", field: name, op: "missing" };
  if (type === "float") return { kind: "compare", field: name, op: "ge", value: value as number };
  return { kind: "compare", field: name, op: "in", value: [value] };
}
