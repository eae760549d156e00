import { Textarea } from "@mantine/core";
import { IconTextCaption } from "@tabler/icons-react";
import { useState } from "react";
import { useDesk } from "../desk";
import type { DashletProps, DashletSpec } from "../spec";
import classes from "./text.module.css";

export const text: DashletSpec = {
  kind: "text",
  title: "Text",
  description: "Words of your own: what the dashboard is about, what was found.",
  icon: IconTextCaption,
  size: { w: 8, h: 4 },
  uses: ["text"],
  initial: () => ({}),
  name: () => "Text",
  Body,
};

function Body({ dashlet, change }: DashletProps) {
  const editing = useDesk((desk) => desk.editing);
  const written = dashlet.settings?.text ?? "";
  if (editing) return <Writing key={written} written={written} onWritten={(text) => change({ text })} />;
  const paragraphs = written.split(/\n{2,}/).filter((one) => one.trim() !== "");
  return (
    <div className={classes.text} data-testid="text">
      {paragraphs.map((paragraph, at) => (
        <p key={at}>{paragraph}</p>
      ))}
      {paragraphs.length === 0 && <p className={classes.none}>Nothing is written yet. Press E, and write here.</p>}
    </div>
  );
}

/** The words are kept when the writer leaves them. */
function Writing({ written, onWritten }: { written: string; onWritten: (text: string) => void }) {
  const [draft, setDraft] = useState(written);
  return (
    <Textarea
      className={classes.writing}
      aria-label="Text; an empty line begins a paragraph"
      placeholder="What is this dashboard about? An empty line begins a paragraph."
      value={draft}
      onChange={(event) => setDraft(event.currentTarget.value)}
      onBlur={() => draft !== written && onWritten(draft)}
      data-testid="text-editor"
    />
  );
}
