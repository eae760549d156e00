import { ActionIcon, Tooltip } from "@mantine/core";
import { useClipboard } from "@mantine/hooks";
import { IconCheck, IconLink } from "@tabler/icons-react";

/** Copies the address of this very view. */
export function CopyLink() {
  const clipboard = useClipboard({ timeout: 1500 });
  return (
    <Tooltip label={clipboard.copied ? "Copied" : "Copy link to this view"}>
      {/* Read when clicked: the address follows the view after a moment. */}
      <ActionIcon size={26} aria-label="Copy link" onClick={() => clipboard.copy(window.location.href)} data-testid="copy-link">
        {clipboard.copied ? <IconCheck size={15} /> : <IconLink size={15} />}
      </ActionIcon>
    </Tooltip>
  );
}
