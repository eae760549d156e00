import { ActionIcon, FileButton, Tooltip } from "@mantine/core";
import { IconFileSearch } from "@tabler/icons-react";
import { type ReactElement, useEffect, useState } from "react";
import classes from "./similars.module.css";
import { useFetchSimilarsOfFile } from "./useSimilars";

/** Takes a file that is dropped anywhere on the page, and fetches what the model sees like it. */
export function DropFile() {
  const fetch = useFetchSimilarsOfFile();
  const [over, setOver] = useState(false);
  useEffect(() => {
    // Going from one element to the next leaves one after it enters the other.
    let depth = 0;
    const brings = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
    const move = (by: number) => (event: DragEvent) => {
      if (!brings(event)) return;
      depth = Math.max(0, depth + by);
      setOver(depth > 0);
    };
    const hold = (event: DragEvent) => brings(event) && event.preventDefault();
    const drop = (event: DragEvent) => {
      if (!brings(event)) return;
      event.preventDefault();
      depth = 0;
      setOver(false);
      const [file] = event.dataTransfer?.files ?? [];
      if (file) fetch(file);
    };
    const listeners: [string, (event: DragEvent) => void][] = [["dragenter", move(1)], ["dragleave", move(-1)], ["dragover", hold], ["drop", drop]];
    for (const [name, listener] of listeners) window.addEventListener(name, listener as EventListener);
    return () => {
      for (const [name, listener] of listeners) window.removeEventListener(name, listener as EventListener);
    };
  }, [fetch]);
  if (!over) return null;
  return (
    <div className={classes.drop} data-testid="drop-file">
      <p>
        <IconFileSearch size={22} stroke={1.5} />
        Drop to find similars
      </p>
    </div>
  );
}

/** Opens a chooser; `children` gets what opens it. */
export function ChooseFile({ children }: { children: (props: { onClick: () => void }) => ReactElement }) {
  const fetch = useFetchSimilarsOfFile();
  return (
    <FileButton onChange={(file) => file && fetch(file)} inputProps={{ "data-testid": "file-input" } as object}>
      {children}
    </FileButton>
  );
}

/** The chooser as a small button. */
export function SimilarsOfFile() {
  return (
    <ChooseFile>
      {(props) => (
        <Tooltip label="Find similars of a file: choose it, or drop it anywhere">
          <ActionIcon size={24} aria-label="Find similars of a file" {...props} data-testid="choose-file">
            <IconFileSearch size={14} />
          </ActionIcon>
        </Tooltip>
      )}
    </ChooseFile>
  );
}
