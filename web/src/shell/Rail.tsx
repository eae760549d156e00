import { Tooltip } from "@mantine/core";
import { IconChartDots3, IconFolders, IconLayoutDashboard, IconLayoutGrid, IconProgress, IconSitemap } from "@tabler/icons-react";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { cloneElement, type ReactElement, type ReactNode } from "react";
import { useKeys } from "./keys";
import { lastRun } from "./lastRun";
import classes from "./shell.module.css";

/** The views that exist. Those of a run lead to the run that was open last. */
export function Rail() {
  const { run: open } = useParams({ strict: false });
  const run = open ?? lastRun();
  const navigate = useNavigate();
  useKeys({ d: () => (run ? void navigate({ to: "/runs/$run/dashboards/{-$dashboard}", params: { run }, search: keepSearch }) : false) });
  return (
    <nav className={classes.rail} aria-label="Views">
      <Item label="Projects" testid="rail-projects" link={<Link to="/" activeOptions={{ exact: true }} />}>
        <IconFolders size={19} stroke={1.6} />
      </Item>
      <Item label="Explore" testid="rail-explore" link={run && <Link to="/runs/$run" params={{ run }} search={keepSearch} activeOptions={{ exact: true, includeSearch: false }} />}>
        <IconChartDots3 size={19} stroke={1.6} />
      </Item>
      <Item label="Samples" testid="rail-samples" link={run && <Link to="/runs/$run/samples" params={{ run }} search={keepSearch} activeOptions={{ includeSearch: false }} />}>
        <IconLayoutGrid size={19} stroke={1.6} />
      </Item>
      <Item label="Dashboards (D)" testid="rail-dashboards" link={run && <Link to="/runs/$run/dashboards/{-$dashboard}" params={{ run }} search={keepSearch} activeOptions={{ includeSearch: false }} />}>
        <IconLayoutDashboard size={19} stroke={1.6} />
      </Item>
      <Item label="Model" testid="rail-network" link={run && <Link to="/runs/$run/network" params={{ run }} search={keepSearch} activeOptions={{ includeSearch: false }} />}>
        <IconSitemap size={19} stroke={1.6} />
      </Item>
      <Item label="Jobs" testid="rail-jobs" link={<Link to="/jobs" />}>
        <IconProgress size={19} stroke={1.6} />
      </Item>
    </nav>
  );
}

/** Going from one view of a run to another keeps filter and selection. */
const keepSearch = (search: Record<string, string | undefined>) => search as Record<string, string>;

function Item({ label, link, testid, children }: { label: string; link: ReactNode; testid: string; children: ReactNode }) {
  if (!link)
    return (
      <Tooltip label={`${label}: open a run first`} position="right">
        <span className={classes.railItem} data-off data-testid={testid} aria-disabled="true">
          {children}
        </span>
      </Tooltip>
    );
  return (
    <Tooltip label={label} position="right">
      {cloneElement(link as ReactElement<Record<string, unknown>>, { className: classes.railItem, "aria-label": label, "data-testid": testid }, children)}
    </Tooltip>
  );
}
