import { Button, CopyButton, Modal, Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { failuresQuery } from "../api/queries";
import { ErrorNotice } from "../shell/ErrorNotice";
import { count } from "../theme/format";
import page from "../theme/page.module.css";
import classes from "./projects.module.css";

const SHOWN = 500;
const COULD_NOT: Record<string, string> = { read: "could not be read", model: "could not be run through the model", measure: "could not be measured" };

/** The samples a run had to leave out, each with its reason. */
export function FailuresDialog({ run, onClose }: { run: { id: string; name: string }; onClose: () => void }) {
  const failures = useQuery(failuresQuery(run.id));
  return (
    <Modal opened onClose={onClose} size={720} title={`Samples that failed in ${run.name}`} data-testid="failures-dialog">
      <p className={page.note} style={{ marginTop: 0 }}>
        These samples could not be read, run or measured. They take no part in the map or in any figure; the rest of the run is complete.
      </p>
      {failures.isError && <ErrorNotice error={failures.error} retry={() => void failures.refetch()} />}
      {failures.isPending && <Skeleton height={120} />}
      {failures.data && (
        <>
          <div className={classes.failureList}>
            {failures.data.slice(0, SHOWN).map((failure) => (
              <div key={`${failure.subset}/${failure.id}`} className={classes.failure}>
                <b>
                  {failure.subset}/{failure.id}
                </b>{" "}
                <span className={page.note}>{COULD_NOT[failure.stage] ?? failure.stage}</span>
                <div>{failure.message}</div>
                {failure.fix && <div className={page.note}>{failure.fix}</div>}
                {failure.where && <div className={classes.where}>{failure.where}</div>}
              </div>
            ))}
            {failures.data.length > SHOWN && <p className={page.note}>and {count(failures.data.length - SHOWN)} more: copy the list to see all of them.</p>}
          </div>
          <CopyButton value={JSON.stringify(failures.data, null, 1)}>
            {({ copied, copy }) => (
              <Button onClick={copy} mt={12}>
                {copied ? "Copied" : "Copy list as JSON"}
              </Button>
            )}
          </CopyButton>
        </>
      )}
    </Modal>
  );
}

/** Opens the list of what failed; nothing where nothing did. */
export function FailuresLink({ run }: { run: { id: string; name: string; failures: number } }) {
  const [open, setOpen] = useState(false);
  if (run.failures === 0) return null;
  return (
    <>
      <Button onClick={() => setOpen(true)} data-testid="run-failures">
        {count(run.failures)} {run.failures === 1 ? "sample" : "samples"} failed: see why
      </Button>
      {open && <FailuresDialog run={run} onClose={() => setOpen(false)} />}
    </>
  );
}
