import { Button, Tooltip } from "@mantine/core";
import { IconFocusCentered } from "@tabler/icons-react";
import { useOpenAnalysis } from "./useOpenAnalysis";

/** Opens the analysis of the sample on show. */
export function AnalyzeButton() {
  const open = useOpenAnalysis();
  return (
    <Tooltip label="Why the model said this: heat maps of what its answer rests on (A)">
      <Button leftSection={<IconFocusCentered size={13} />} onClick={open} data-testid="analyze">
        Analyze
      </Button>
    </Tooltip>
  );
}
