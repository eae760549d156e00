import { Button, Tooltip } from "@mantine/core";
import { IconUsers } from "@tabler/icons-react";
import { useRun } from "../explore/run";
import { rowsOf } from "../filters/bits";
import type { Scalar } from "../filters/types";
import classes from "./similars.module.css";
import { useChosenRows, useFetchSimilars } from "./useSimilars";

/** Fetches what the model sees like the samples that are chosen. */
export function FetchSimilars() {
  const rows = useChosenRows();
  const fetch = useFetchSimilars();
  return (
    <Tooltip label={`The samples that the model sees most like ${rows.length === 1 ? "this one" : "these"} (S)`}>
      <Button leftSection={<IconUsers size={13} />} disabled={rows.length === 0} onClick={() => fetch(rows)} data-testid="fetch-similars">
        Fetch similars
      </Button>
    </Tooltip>
  );
}

/** Fetches what the model sees like all samples with a value, such as those of a cluster. */
export function SimilarsOfValue({ field, value }: { field: string; value: Scalar }) {
  const { engine, map } = useRun();
  const fetch = useFetchSimilars();
  const start = async () => {
    const { bits } = await engine.mask([{ kind: "compare", field, op: "in", value: [value] }], map?.id ?? null);
    fetch(rowsOf(bits), `${field} ${String(value)}`);
  };
  return (
    <button type="button" className={classes.ofValue} title={`Fetch similars of ${field} ${String(value)}`} aria-label={`Fetch similars of ${field} ${String(value)}`} onClick={() => void start()} data-testid="similars-of-value">
      <IconUsers size={12} />
    </button>
  );
}
