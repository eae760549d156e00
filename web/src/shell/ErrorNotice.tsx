import { Button, CopyButton } from "@mantine/core";
import { IconAlertTriangle, IconCheck, IconCopy, IconRefresh } from "@tabler/icons-react";
import { explain } from "../api/errors";
import classes from "./states.module.css";

/** What happened, what to do, and a detail to copy. */
export function ErrorNotice({ error, retry }: { error: unknown; retry?: () => void }) {
  const { title, fix, detail } = explain(error);
  return (
    <div className={classes.error} role="alert" data-testid="error-notice">
      <IconAlertTriangle size={16} className={classes.alarm} />
      <div>
        <div className={classes.title}>{title}</div>
        {fix && <div className={classes.fix}>{fix}</div>}
        <div className={classes.buttons}>
          {retry && (
            <Button size="compact-xs" leftSection={<IconRefresh size={12} />} onClick={retry}>
              Try again
            </Button>
          )}
          <CopyButton value={detail}>
            {({ copied, copy }) => (
              <Button size="compact-xs" variant="subtle" color="gray" onClick={copy} leftSection={copied ? <IconCheck size={12} /> : <IconCopy size={12} />}>
                {copied ? "Copied" : "Copy detail"}
              </Button>
            )}
          </CopyButton>
        </div>
      </div>
    </div>
  );
}
