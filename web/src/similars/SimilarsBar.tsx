import { ActionIcon, Slider, Switch, Tooltip } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { SimilarsOfFile } from "./DropFile";
import { useRun, useView } from "../explore/run";
import { describe } from "../filters/describe";
import { active, type Filter, same } from "../filters/types";
import { count } from "../theme/format";
import { isLastFetch, LIMITS, type SimilarsQuestion } from "./question";
import classes from "./similars.module.css";
import { useFetch, useName } from "./useSimilars";

const CUSTOM = "as asked";

/** What is asked: of which samples, how many, in which space, among which. */
export function SimilarsBar({ question, size, onSize, children }: { question: SimilarsQuestion; size: number; onSize: (size: number) => void; children: ReactNode }) {
  const { run } = useRun();
  const set = useView((view) => view.set);
  const fetch = useFetch();
  const name = useName(question);
  const candidates = useCandidates();
  return (
    <div className={classes.bar}>
      <h2 title={name}>
        Similar to <b>{name}</b>
      </h2>
      <Choice label="Limit" value={String(question.limit)} options={LIMITS.map(String)} onChoose={(limit) => fetch({ ...question, limit: Number(limit) })} testid="similars-limit" />
      <Choice label="Space" value={question.space ?? run.spaces[0]?.name ?? ""} options={run.spaces.map((space) => space.name)} onChoose={(space) => fetch({ ...question, space })} testid="similars-space" />
      <Choice
        label="Among"
        value={candidates.find((one) => same(one.filter, question.candidates))?.text ?? CUSTOM}
        options={candidates.map((one) => one.text)}
        title={question.candidates.map((clause) => Object.values(describe(clause)).filter(Boolean).join(" ")).join(", ")}
        onChoose={(text) => fetch({ ...question, candidates: candidates.find((one) => one.text === text)?.filter ?? question.candidates })}
        testid="similars-among"
      />
      <span className={classes.space}>{children}</span>
      <Tooltip label="Heat maps of what in each sample carries the similarity">
        <div>
          <Switch label="Why similar" checked={question.why} onChange={(event) => set({ similars: { ...question, why: event.currentTarget.checked, channel: null } })} data-testid="similars-why" />
        </div>
      </Tooltip>
      <SimilarsOfFile />
      <Slider size="xs" w={72} min={44} max={200} value={size} onChange={onSize} label={null} aria-label="Size of the pictures" />
      <ActionIcon size={24} aria-label="Close the similars" onClick={() => set({ similars: null })} data-testid="close-similars">
        <IconX size={14} />
      </ActionIcon>
    </div>
  );
}

/** All samples, what the filter lets through, each subset. */
function useCandidates(): { text: string; filter: Filter }[] {
  const { run } = useRun();
  const filter = useView((view) => view.filter);
  const current = active(filter).filter((clause) => !isLastFetch(clause));
  const subsets = Object.entries(run.subsets);
  return [
    { text: `all ${count(run.samples)}`, filter: [] as Filter },
    ...(current.length > 0 ? [{ text: "the filter", filter: current }] : []),
    ...(subsets.length > 1 ? subsets.map(([subset]) => ({ text: subset, filter: [{ kind: "compare", field: "subset", op: "in", value: [subset] }] as Filter })) : []),
  ];
}

function Choice({ label, value, options, title, onChoose, testid }: { label: string; value: string; options: string[]; title?: string; onChoose: (value: string) => void; testid: string }) {
  return (
    <label className={classes.choice} title={title || undefined}>
      {label}
      <select value={value} onChange={(event) => onChoose(event.currentTarget.value)} data-testid={testid}>
        {(options.includes(value) ? options : [...options, value]).map((option) => (
          <option key={option}>{option}</option>
        ))}
      </select>
    </label>
  );
}
