import { ActionIcon, Menu, Tooltip } from "@mantine/core";
import { IconAdjustments, IconArrowsMaximize, IconArrowsMinimize, IconCopy, IconDots, IconPhotoDown, IconTableExport, IconTrash } from "@tabler/icons-react";
import type { RefObject } from "react";
import type { Dashlet } from "../../api/dashboards";
import { useView } from "../../explore/run";
import { useDesk } from "../desk";
import { duplicateDashlet } from "../document/change";
import { useDashboardStore } from "../document/context";
import { saveFile } from "../../shell/files";
import { useRemove } from "../useRemove";
import classes from "./frame.module.css";
import type { Offer } from "./offer";

/** What can be done with a dashlet. */
export function DashletMenu({ dashlet, title, offer }: { dashlet: Dashlet; title: string; offer: RefObject<Offer> }) {
  const { id } = dashlet;
  const store = useDashboardStore();
  const enlarged = useView((view) => view.dashlet === id);
  const setView = useView((view) => view.set);
  const set = useDesk((desk) => desk.set);
  const remove = useRemove();
  const edit = () => set({ editing: true, edited: id });
  const copyCsv = () => {
    const csv = offer.current.csv?.();
    if (csv) void navigator.clipboard.writeText(csv);
  };
  const keepPicture = () => {
    const picture = offer.current.picture?.();
    if (picture) saveFile(`${title}.png`, picture);
  };
  const Enlarge = enlarged ? IconArrowsMinimize : IconArrowsMaximize;
  return (
    <div className={classes.tools}>
      <Tooltip label="Edit (Enter)">
        <ActionIcon size={22} aria-label="Edit" onClick={edit} data-testid="dashlet-edit">
          <IconAdjustments size={14} />
        </ActionIcon>
      </Tooltip>
      <Tooltip label={enlarged ? "Back to the dashboard (Z)" : "Enlarge (Z)"}>
        <ActionIcon size={22} aria-label={enlarged ? "Make small" : "Enlarge"} onClick={() => setView({ dashlet: enlarged ? null : id })} data-testid="dashlet-enlarge">
          <Enlarge size={14} />
        </ActionIcon>
      </Tooltip>
      <Menu>
        <Menu.Target>
          <ActionIcon size={22} aria-label="More" data-testid="dashlet-menu">
            <IconDots size={14} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {offer.current.csv && (
            <Menu.Item leftSection={<IconTableExport size={14} />} onClick={copyCsv}>
              Copy its data (CSV)
            </Menu.Item>
          )}
          {offer.current.picture && (
            <Menu.Item leftSection={<IconPhotoDown size={14} />} onClick={keepPicture}>
              Save its picture (PNG)
            </Menu.Item>
          )}
          <Menu.Item leftSection={<IconCopy size={14} />} onClick={() => store.getState().change((document) => duplicateDashlet(document, id))} data-testid="dashlet-duplicate">
            Duplicate
          </Menu.Item>
          <Menu.Item leftSection={<IconTrash size={14} />} color="red" onClick={() => remove(dashlet)} data-testid="dashlet-remove">
            Remove
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </div>
  );
}
