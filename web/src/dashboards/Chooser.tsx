import { Menu } from "@mantine/core";
import { IconChevronDown, IconCopy, IconDownload, IconPencil, IconPlus, IconSparkles, IconTrash, IconUpload } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useRun } from "../explore/run";
import classes from "./dashboards.module.css";
import { ConfirmDelete, NameDialog } from "./Dialogs";
import { emptyDocument, toText } from "./document/file";
import { useDashboardStore, useOpenDashboard } from "./document/context";
import { saveText } from "../shell/files";
import { ImportButton } from "./ImportButton";
import { dashboardsQuery } from "./queries";
import { useDashboards, useShow } from "./useDashboards";

const icon = { size: 14, stroke: 1.6 } as const;

/** The dashboards of the project, and what can be done with the open one. */
export function Chooser() {
  const { run } = useRun();
  const store = useDashboardStore();
  const document = useOpenDashboard((dashboard) => dashboard.document);
  const id = useOpenDashboard((dashboard) => dashboard.id);
  const all = useQuery(dashboardsQuery(run.project));
  const show = useShow();
  const { create, createDefault, remove } = useDashboards();
  const [dialog, setDialog] = useState<"new" | "rename" | "delete" | null>(null);
  const close = () => setDialog(null);
  return (
    <>
      <Menu position="bottom-start" width={300}>
        <Menu.Target>
          <button type="button" className={classes.name} title={document.description || undefined} data-testid="dashboard-chooser">
            <span>{document.name}</span>
            <IconChevronDown size={13} />
          </button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>Dashboards of {run.project_name}</Menu.Label>
          {all.data?.map((one) => (
            <Menu.Item key={one.id} onClick={() => show(one.id)} fw={one.id === id ? 600 : undefined} rightSection={<span className={classes.state}>{one.dashlets}</span>} data-testid="dashboard-item">
              {one.id === id ? document.name : one.name}
            </Menu.Item>
          ))}
          <Menu.Divider />
          <Menu.Item leftSection={<IconPlus {...icon} />} onClick={() => setDialog("new")} data-testid="dashboard-new">
            New dashboard
          </Menu.Item>
          <Menu.Item leftSection={<IconSparkles {...icon} />} onClick={() => createDefault.mutate()}>
            Make a default dashboard of this run
          </Menu.Item>
          <ImportButton onImport={create.mutateAsync}>
            {(button) => (
              <Menu.Item {...button} leftSection={<IconUpload {...icon} />} closeMenuOnClick={false} data-testid="dashboard-import">
                Import a file
              </Menu.Item>
            )}
          </ImportButton>
          <Menu.Divider />
          <Menu.Label>{document.name}</Menu.Label>
          <Menu.Item leftSection={<IconPencil {...icon} />} onClick={() => setDialog("rename")} data-testid="dashboard-rename">
            Rename
          </Menu.Item>
          <Menu.Item leftSection={<IconCopy {...icon} />} onClick={() => create.mutate(document)} data-testid="dashboard-duplicate">
            Duplicate
          </Menu.Item>
          <Menu.Item leftSection={<IconDownload {...icon} />} onClick={() => saveText(`${document.name}.json`, toText(document), "application/json")} data-testid="dashboard-export">
            Export as a file
          </Menu.Item>
          <Menu.Item leftSection={<IconTrash {...icon} />} color="red" onClick={() => setDialog("delete")} data-testid="dashboard-delete">
            Delete
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {dialog === "new" && <NameDialog title="New dashboard" action="Create" name="" description="" onClose={close} onName={(name, description) => create.mutate({ ...emptyDocument(name), description })} />}
      {dialog === "rename" && (
        <NameDialog
          title="Rename the dashboard"
          action="Rename"
          name={document.name}
          description={document.description}
          onClose={close}
          onName={(name, description) => store.getState().change((before) => ({ ...before, name, description }))}
        />
      )}
      {dialog === "delete" && <ConfirmDelete document={document} onClose={close} onDelete={() => remove.mutate(id)} />}
    </>
  );
}
