import { Button, Tooltip } from "@mantine/core";
import { IconBulb } from "@tabler/icons-react";
import { useDesk } from "../dashboards/desk";
import { lossField, useRun } from "../explore/run";
import { useOpenTells } from "./useTells";

/** Opens the panel of what explains a metric. */
export function TellsButton() {
  const { fields } = useRun();
  const open = useDesk((desk) => desk.tells);
  const toggle = useOpenTells();
  return (
    <Tooltip label="Which fields tell about a metric (W)">
      <Button size="compact-sm" variant={open ? "light" : "subtle"} color={open ? undefined : "gray"} leftSection={<IconBulb size={14} />} onClick={toggle} aria-pressed={open} data-testid="open-tells">
        What explains the {lossField(fields) ? "loss" : "metrics"}
      </Button>
    </Tooltip>
  );
}
