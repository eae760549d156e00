import { Checkbox, Popover } from "@mantine/core";
import { IconChevronDown, IconGitCompare } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { runsQuery } from "../api/queries";
import { useRun, useView } from "../explore/run";
import { ago, count } from "../theme/format";
import classes from "./compareWith.module.css";
import bar from "./dashboards.module.css";

/** So many other runs can be asked beside the one on show. */
const MOST = 7;

/** Other runs of the project, which charts show beside this one. */
export function CompareWith() {
  const { run } = useRun();
  const runs = useQuery(runsQuery(run.project));
  const versions = useView((view) => view.versions);
  const set = useView((view) => view.set);
  const [open, setOpen] = useState(false);
  const others = (runs.data ?? []).filter(({ id, status }) => id !== run.id && status === "complete");
  const chosen = versions.map((id) => others.find((one) => one.id === id)?.name ?? id);
  const toggle = (id: string) => set({ versions: versions.includes(id) ? versions.filter((other) => other !== id) : [...versions, id].slice(-MOST) });
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-end">
      <Popover.Target>
        <button type="button" className={classes.button} data-chosen={versions.length > 0 || undefined} onClick={() => setOpen(!open)} data-testid="compare-with">
          <IconGitCompare size={14} />
          <span>{versions.length === 0 ? "Compare with …" : `Compared with ${chosen.join(", ")}`}</span>
          <IconChevronDown size={12} />
        </button>
      </Popover.Target>
      <Popover.Dropdown>
        <div className={classes.runs}>
          {others.length === 0 && <div className={bar.state}>This project has no other run. Evaluate another version to compare it.</div>}
          {others.map(({ id, name, samples, created }) => (
            <label key={id} className={classes.run}>
              <Checkbox checked={versions.includes(id)} onChange={() => toggle(id)} />
              <span>{name}</span>
              <small>
                {count(samples)} · {ago(created)}
              </small>
            </label>
          ))}
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
