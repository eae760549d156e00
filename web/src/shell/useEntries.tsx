import { useMantineColorScheme } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconBoxMultiple, IconFolder, IconLayoutDashboard, IconPalette, IconPhoto, IconTerminal2 } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { locate } from "../api/client";
import { projectsQuery, runQuery, runsQuery } from "../api/queries";
import { dashboardsQuery } from "../dashboards/queries";
import { allFields } from "../explore/run";
import { ago } from "../theme/format";
import { type Mode, useUi } from "./ui";

export interface Entry {
  key: string;
  group: string;
  title: string;
  note?: string;
  icon: ReactNode;
  run: () => void;
}

const MOST = 8;
const stroke = { size: 15, stroke: 1.6 } as const;

/** What a search finds, best first. */
export function useEntries(text: string): { entries: Entry[]; searching: boolean; hint: string } {
  const { run: id } = useParams({ strict: false });
  const [settled] = useDebouncedValue(text.trim(), 120);
  const samples = useQuery({
    queryKey: ["locate", id, settled],
    queryFn: ({ signal }) => locate(id as string, settled, signal),
    enabled: !!id && settled !== "",
    gcTime: 30_000,
  });
  const found = settled === "" ? [] : (samples.data ?? []);
  const go = useGo(id);
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = (entry: Entry) => words.every((word) => `${entry.title} ${entry.note ?? ""}`.toLowerCase().includes(word));
  const located = found.map((sample): Entry => ({
    key: `sample ${sample.row}`,
    group: "Samples",
    title: String(sample.sample_id),
    note: sample.subset,
    icon: <IconPhoto {...stroke} />,
    run: () => go({ sample: String(sample.row) }),
  }));
  const others = [...useFields(id), ...usePlaces(id), ...useCommands()].filter(fits);
  const perGroup = new Map<string, number>();
  const most = words.length ? MOST : 5;
  const rest = others.filter(({ group }) => {
    const seen = (perGroup.get(group) ?? 0) + 1;
    perGroup.set(group, seen);
    return seen <= most;
  });
  return {
    entries: [...located, ...rest],
    searching: samples.isFetching || settled !== text.trim(),
    hint: id ? `Nothing here is called “${text}”, and no sample of this run has an id that begins so.` : `Nothing is called “${text}”. Open a run to find samples by their id.`,
  };
}

type Search = Record<string, string | undefined>;

/** Goes to the run's view with parts of it changed. */
function useGo(run: string | undefined): (part: Search) => void {
  const navigate = useNavigate();
  return (part) => {
    if (!run) return;
    void navigate({
      to: "/runs/$run",
      params: { run },
      search: ((before: Search) => {
        const next = { ...before, ...part };
        if (part.sample !== undefined) delete next.select;
        return next;
      }) as never,
    });
  };
}

function useFields(id: string | undefined): Entry[] {
  const run = useQuery({ ...runQuery(id ?? ""), enabled: !!id });
  const go = useGo(id);
  if (!run.data) return [];
  return allFields(run.data).map((field) => ({
    key: `color ${field.name}`,
    group: "Colour by",
    title: field.name,
    note: field.group,
    icon: <IconPalette {...stroke} />,
    run: () => go({ color: field.name }),
  }));
}

function usePlaces(id: string | undefined): Entry[] {
  const navigate = useNavigate();
  const run = useQuery({ ...runQuery(id ?? ""), enabled: !!id });
  const projects = useQuery(projectsQuery());
  const project = projects.data?.find((one) => one.id === run.data?.project || one.name === run.data?.project);
  const runs = useQuery({ ...runsQuery(project?.id ?? ""), enabled: !!project });
  const dashboards = useQuery({ ...dashboardsQuery(project?.id ?? ""), enabled: !!project });
  return [
    ...(id ? (dashboards.data ?? []) : []).map((one): Entry => ({
      key: `dashboard ${one.id}`,
      group: "Dashboards",
      title: one.name,
      note: one.description || undefined,
      icon: <IconLayoutDashboard {...stroke} />,
      run: () =>
        void navigate({ to: "/runs/$run/dashboards/{-$dashboard}", params: { run: id as string, dashboard: one.id }, search: ((before: Search) => before) as never }),
    })),
    ...(runs.data ?? []).map((one): Entry => ({
      key: `run ${one.id}`,
      group: "Runs",
      title: one.name,
      note: ago(one.created),
      icon: <IconBoxMultiple {...stroke} />,
      run: () => void navigate({ to: "/runs/$run", params: { run: one.id } }),
    })),
    ...(projects.data ?? []).map((one): Entry => ({
      key: `project ${one.id}`,
      group: "Projects",
      title: one.name,
      icon: <IconFolder {...stroke} />,
      run: () => void navigate({ to: "/projects/$project", params: { project: one.id } }),
    })),
  ];
}

function useCommands(): Entry[] {
  const navigate = useNavigate();
  const { toggleColorScheme } = useMantineColorScheme();
  const set = useUi((ui) => ui.set);
  const mode = (mode: Mode) => () => set({ mode });
  return [
    command("Switch light and dark", "T", () => toggleColorScheme()),
    command("Lasso", "L", mode("lasso")),
    command("Box", "B", mode("box")),
    command("Pan", "V", mode("pan")),
    command("Jobs", "", () => void navigate({ to: "/jobs" })),
    command("All keys", "?", () => set({ help: true })),
  ];
}

function command(title: string, note: string, run: () => void): Entry {
  return { key: title, group: "Commands", title, note, icon: <IconTerminal2 {...stroke} />, run };
}
