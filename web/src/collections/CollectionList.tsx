import { ActionIcon, Tooltip } from "@mantine/core";
import { IconBookmark, IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useRun } from "../explore/run";
import { ErrorNotice } from "../shell/ErrorNotice";
import { ago, count } from "../theme/format";
import classes from "./collections.module.css";
import { collectionsQuery, useCollections } from "./queries";

/** The kept sets of the project; a click narrows the filter to one. */
export function CollectionList({ onApply }: { onApply: () => void }) {
  const { run } = useRun();
  const all = useQuery(collectionsQuery(run.project));
  const { apply, remove } = useCollections();
  const [leaving, setLeaving] = useState<string | null>(null);
  if (!all.data || all.data.length === 0) return null;
  const error = apply.error ?? remove.error;
  return (
    <div className={classes.list} data-testid="collections">
      <div className={classes.head}>Collections</div>
      {error !== null && <ErrorNotice error={error} />}
      {all.data.map(({ id, name, samples, created, description }) => (
        <div key={id} className={classes.row}>
          <button type="button" className={classes.apply} title={description || undefined} onClick={() => apply.mutate(id, { onSuccess: onApply })} data-testid="collection">
            <IconBookmark size={14} stroke={1.6} />
            <span>{name}</span>
            <small title={`made ${ago(created)}`}>{count(samples)}</small>
          </button>
          <Tooltip label={leaving === id ? "Click again to delete it; its samples stay" : "Delete this collection"}>
            <ActionIcon size={22} color={leaving === id ? "red" : "gray"} aria-label={`Delete the collection ${name}`} onClick={() => (leaving === id ? remove.mutate(id) : setLeaving(id))} onBlur={() => setLeaving(null)}>
              <IconTrash size={13} />
            </ActionIcon>
          </Tooltip>
        </div>
      ))}
    </div>
  );
}
