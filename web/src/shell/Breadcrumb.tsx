import { Menu } from "@mantine/core";
import { IconChevronDown } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { projectsQuery, runQuery, runsQuery } from "../api/queries";
import { ago, count } from "../theme/format";
import classes from "./shell.module.css";

/** project ▸ run, each a way to another. */
export function Breadcrumb() {
  const params = useParams({ strict: false });
  const run = useQuery({ ...runQuery(params.run ?? ""), enabled: !!params.run });
  const projects = useQuery({ ...projectsQuery(), enabled: !!(params.run ?? params.project) });
  const key = run.data?.project ?? params.project;
  const project = projects.data?.find((one) => one.id === key || one.name === key);
  const runs = useQuery({ ...runsQuery(project?.id ?? ""), enabled: !!project && !!params.run });
  return (
    <nav className={classes.crumbs} aria-label="Where you are" data-testid="breadcrumb">
      <Link to="/" className={classes.crumb} data-here={!key || undefined}>
        {key ? "Projects" : "percepta"}
      </Link>
      {key && <span className={classes.slash}>/</span>}
      {key && (
        <Link to="/projects/$project" params={{ project: project?.id ?? key }} className={classes.crumb} data-here={!params.run || undefined}>
          <span>{project?.name ?? key}</span>
        </Link>
      )}
      {run.data && (
        <>
          <span className={classes.slash}>/</span>
          <Menu width={300}>
            <Menu.Target>
              <button type="button" className={classes.crumb} data-here data-testid="run-switcher">
                <span>{run.data.name}</span>
                <IconChevronDown size={13} />
              </button>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Label>Runs of {project?.name ?? "this project"}</Menu.Label>
              {runs.data?.map((one) => (
                <Menu.Item key={one.id} component={Link} {...({ to: "/runs/$run", params: { run: one.id } } as object)} rightSection={<span style={{ color: "var(--faint)", fontSize: 11 }}>{ago(one.created)}</span>}>
                  {one.name} <span style={{ color: "var(--faint)" }}>{count(one.samples)}</span>
                </Menu.Item>
              ))}
            </Menu.Dropdown>
          </Menu>
        </>
      )}
    </nav>
  );
}
