import { Skeleton } from "@mantine/core";
import { IconChevronRight, IconFolders } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { projectsQuery } from "../api/queries";
import { EmptyState } from "../shell/EmptyState";
import { ErrorNotice } from "../shell/ErrorNotice";
import { ago, count } from "../theme/format";
import page from "../theme/page.module.css";
import classes from "./projects.module.css";

/** Every project of the workspace. */
export function ProjectsPage() {
  const projects = useQuery(projectsQuery());
  return (
    <div className={page.page} data-testid="projects-page">
      <div className={page.body}>
        <div className={page.head}>
          <h1>Projects</h1>
          {projects.data && projects.data.length > 0 && <span className={page.note}>{count(projects.data.length)}</span>}
        </div>
        {projects.isError && <ErrorNotice error={projects.error} retry={() => void projects.refetch()} />}
        {projects.isPending && <Skeleton height={104} />}
        {projects.data?.length === 0 && (
          <EmptyState icon={<IconFolders size={22} stroke={1.5} />} title="This workspace has no projects yet">
            A project appears with its first evaluation. Try <code>percepta demo</code>, or <code>percepta evaluate script.py</code> with a script of your own. This page will show it while it
            runs.
          </EmptyState>
        )}
        {projects.data && projects.data.length > 0 && (
          <div className={page.list}>
            {projects.data.map((project) => (
              <Link key={project.id} to="/projects/$project" params={{ project: project.id }} className={`${page.row} ${classes.project}`} data-testid="project-row">
                <div className={classes.initial}>{project.name.slice(0, 1).toUpperCase()}</div>
                <div className={page.name}>{project.name}</div>
                <div className={page.note}>
                  {count(project.runs)} {project.runs === 1 ? "run" : "runs"}
                </div>
                <div className={page.note}>{count(project.samples)} samples</div>
                <div className={page.sub}>{ago(project.updated)}</div>
                <IconChevronRight size={15} className={classes.chevron} />
              </Link>
            ))}
          </div>
        )}
      </div>
    </div>
  );
}
