import { Button, Tooltip } from "@mantine/core";
import { IconFocusCentered } from "@tabler/icons-react";
import { useOpenAnalysis } from "./useOpenAnalysis";
import { useWarm } from "./useWarm";

/** Opens the analysis of the sample on show. */
export function AnalyzeButton() {
  const open = useOpenAnalysis();
  const warm = useWarm();
  return (
    <Tooltip label="Why the model said this: heat maps of what its answer rests on (A)">
      <Button leftSection={<IconFocusCentered size={13} />} onClick={open} onPointerEnter={warm.begin} onPointerLeave={warm.end} onFocus={warm.begin} onBlur={warm.end} data-testid="analyze">
        Analyze
      </Button>
    </Tooltip>
  );
}
