import { ActionIcon, Button, Modal, Popover, Textarea, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useRef, useState } from "react";
import { checkDerivedField, createDerivedField, deleteDerivedField, type DerivedField } from "../api/dashboards";
import { useRun } from "../explore/run";
import { FieldList } from "../filters/FieldList";
import { ErrorNotice } from "../shell/ErrorNotice";
import { value as show } from "../theme/format";
import { derivedQuery, forget, useDerivedDialog } from "./derived";
import classes from "./derived.module.css";
import { marked, written } from "./expression";

/** It is opened from the list of fields in a popover, and stands above that. */
const ABOVE = 350;

/** The fields that the project makes of others: a list, and a form that checks while one writes. */
export function DerivedFields() {
  const open = useDerivedDialog((dialog) => dialog.open);
  if (!open) return null;
  return (
    <Modal opened onClose={() => useDerivedDialog.setState({ open: false })} size={640} zIndex={ABOVE} title="Fields made of others" data-testid="derived-dialog">
      <Kept />
      <NewField />
    </Modal>
  );
}

function Kept() {
  const { run } = useRun();
  const client = useQueryClient();
  const query = useQuery(derivedQuery(run.project));
  const remove = useMutation({
    mutationFn: ({ id }: DerivedField) => deleteDerivedField(id),
    onSuccess: (_, { name }) => forget(client, run.project, name),
  });
  if (query.isError) return <ErrorNotice error={query.error} retry={() => void query.refetch()} />;
  return (
    <>
      {query.data?.length === 0 && <p className={classes.note}>None yet. A derived field is there in every run of the project, and counts as a field everywhere: in charts, filters, tables, and on the map.</p>}
      <ul className={classes.kept}>
        {query.data?.map((field) => (
          <li key={field.id} data-testid="derived-field">
            <b>{field.name}</b>
            <code title={field.description || undefined}>{field.expression}</code>
            <ActionIcon size={24} aria-label={`Delete ${field.name}`} disabled={remove.isPending} onClick={() => remove.mutate(field)} data-testid="delete-derived">
              <IconTrash size={14} />
            </ActionIcon>
          </li>
        ))}
      </ul>
      {remove.isError && <ErrorNotice error={remove.error} />}
    </>
  );
}

const NOTHING = { name: "", expression: "", description: "" };

function NewField() {
  const { run } = useRun();
  const client = useQueryClient();
  const [draft, setDraft] = useState(NOTHING);
  const typed = { name: draft.name.trim(), expression: draft.expression.trim() };
  const [name] = useDebouncedValue(typed.name, 250);
  const [settled] = useDebouncedValue(typed.expression, 250);
  const check = useQuery({
    queryKey: ["derived check", run.id, name, settled],
    queryFn: ({ signal }) => checkDerivedField(run.id, { name: name || null, expression: settled }, signal),
    enabled: settled !== "",
    placeholderData: keepPreviousData,
    gcTime: 10_000,
    retry: false,
  });
  const create = useMutation({
    mutationFn: () => createDerivedField(run.project, { ...draft, ...typed }),
    onSuccess: async ({ name }) => {
      setDraft(NOTHING);
      await forget(client, run.project, name);
    },
  });
  const current = name === typed.name && settled === typed.expression && !check.isPlaceholderData;
  const sound = settled !== "" && current && check.data?.error === null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (sound && typed.name) create.mutate();
  };
  const set = (part: Partial<typeof NOTHING>) => {
    create.reset();
    setDraft({ ...draft, ...part });
  };
  return (
    <form className={classes.form} onSubmit={submit}>
      <TextInput data-autofocus label="Name" value={draft.name} maxLength={200} onChange={(event) => set({ name: event.currentTarget.value })} data-testid="derived-name" />
      <Expression value={draft.expression} onChange={(expression) => set({ expression })} />
      <Checked expression={settled} check={settled === "" || typed.expression === "" ? undefined : check.data} error={check.error} />
      <TextInput label="What it means (optional)" value={draft.description} maxLength={10_000} onChange={(event) => set({ description: event.currentTarget.value })} />
      {create.isError && <ErrorNotice error={create.error} />}
      <div className={classes.foot}>
        <span className={classes.note}>
          + − * / % **, comparisons, and, or, not, in (…), if(c, a, b), abs, sqrt, exp, log, log10, round, floor, ceil, min, max, clip, bin, is_missing, coalesce, lower, length, contains
        </span>
        <Button type="submit" variant="filled" disabled={!sound || typed.name === ""} loading={create.isPending} data-testid="make-derived">
          Make the field
        </Button>
      </div>
    </form>
  );
}

function Expression({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const { fields } = useRun();
  const area = useRef<HTMLTextAreaElement>(null);
  const [choosing, setChoosing] = useState(false);
  const insert = (name: string) => {
    const { selectionStart: from, selectionEnd: to } = area.current ?? { selectionStart: value.length, selectionEnd: value.length };
    onChange(value.slice(0, from) + written(name) + value.slice(to));
    setChoosing(false);
    area.current?.focus();
  };
  return (
    <div className={classes.expression}>
      <Textarea ref={area} label="Expression" placeholder='if(loss > 2, "bad", "good")' autosize minRows={2} maxRows={8} maxLength={2_000} spellCheck={false} value={value} onChange={(event) => onChange(event.currentTarget.value)} data-testid="derived-expression" />
      <Popover opened={choosing} onChange={setChoosing} trapFocus zIndex={ABOVE + 10}>
        <Popover.Target>
          <Button size="compact-xs" variant="subtle" leftSection={<IconPlus size={12} />} onClick={() => setChoosing(!choosing)}>
            Field
          </Button>
        </Popover.Target>
        <Popover.Dropdown>
          <FieldList fields={fields} chosen={[]} onChoose={insert} />
        </Popover.Dropdown>
      </Popover>
    </div>
  );
}

const TYPES = { float: "numbers", integer: "whole numbers", string: "texts", boolean: "true or false" } as const;

interface CheckedProps {
  expression: string;
  check: { type: keyof typeof TYPES | null; examples: unknown[]; error: string | null; at: number | null } | undefined;
  error: unknown;
}

/** What the expression would give, or what is wrong and where; as high either way. */
function Checked({ expression, check, error }: CheckedProps) {
  const wrong = check?.error && check.at !== null ? marked(expression, check.at) : null;
  return (
    <div className={classes.checked} role="status" data-testid="derived-check">
      {error instanceof Error && <p>{error.message}</p>}
      {check?.error && (
        <>
          {wrong && (
            <code>
              {wrong.before}
              <mark>{wrong.wrong}</mark>
              {wrong.after}
            </code>
          )}
          <p data-bad>{check.error}</p>
        </>
      )}
      {check?.type && (
        <p>
          Gives {TYPES[check.type]}, such as <b>{check.examples.map((one) => show(one as string | number | boolean | null)).join(", ") || "nothing"}</b>
        </p>
      )}
    </div>
  );
}
