import { Button, Loader } from "@mantine/core";
import { IconFile, IconMoodEmpty } from "@tabler/icons-react";
import { type ReactNode, useMemo, useState } from "react";
import { explain } from "../api/errors";
import type { Similars } from "../api/types";
import type { ChannelName } from "../channels/name";
import { useRun, useView } from "../explore/run";
import type { Grid } from "../heat/grid";
import { Gallery } from "../samples/Gallery";
import { Thumbnail } from "../samples/Thumbnail";
import { EmptyState } from "../shell/EmptyState";
import { ErrorNotice } from "../shell/ErrorNotice";
import { count } from "../theme/format";
import { ChooseFile } from "./DropFile";
import channels from "./channels.module.css";
import type { SimilarsQuestion } from "./question";
import { Reading } from "./Reading";
import { SharedChannels } from "./SharedChannels";
import { SimilarsBar } from "./SimilarsBar";
import classes from "./similars.module.css";
import { type Fires, useChannelHeat } from "./useChannelHeat";
import { type Heat, SHOWN_QUERIES, useHeat } from "./useHeat";
import { type Found as FoundSimilars, useFileHeat, useName, useSimilars } from "./useSimilars";

/** The samples that the model sees like some others: a gallery by similarity, and what they have in common. */
export function SimilarsPanel() {
  const { run } = useRun();
  const { question, found, stale, pending, error, retry, gone } = useSimilars();
  const set = useView((view) => view.set);
  const [size, setSize] = useState(84);
  const fresh = found && !stale ? found : null;
  const channel = question?.channel ?? null;
  const { heat, error: heatError } = useHeat(question?.why && !channel ? fresh : null);
  const { fires, error: channelError } = useChannelHeat(fresh, channel);
  const fileHeat = useFileHeat(question?.why && !channel && fresh ? question : null);
  if (!question) return null;
  return (
    <div className={classes.similars} data-testid="similars" data-ready={(found && !stale) || undefined}>
      <SimilarsBar question={question} size={size} onSize={setSize}>
        {pending && (
          <span className={classes.late}>
            <Loader size={12} />
            <Button size="compact-xs" variant="subtle" color="gray" onClick={() => set({ similars: null })}>
              Cancel
            </Button>
          </span>
        )}
      </SimilarsBar>
      {!found && pending && <p className={classes.waiting}>Comparing {count(run.samples)} samples…</p>}
      {gone && <Gone name={gone.name} />}
      {error !== null && <ErrorNotice error={error} retry={retry} />}
      {found && error === null && (
        <div className={classes.body} data-stale={stale || undefined}>
          <div className={classes.found}>
            {question.file && <FileQuery name={question.file.name} found={found} heat={fileHeat} />}
            {found.rows.length > 0 ? <Found found={found} grids={channel ? fires?.grids : heat?.grids} size={size} /> : <Nothing candidates={found.candidates} />}
            {found.rows.length > 0 && channel && <MadeByChannel channel={channel} fires={fires} error={channelError} onClose={() => set({ similars: { ...question, channel: null } })} />}
            {found.rows.length > 0 && !channel && <Made question={question} found={found} heat={heat} error={heatError} />}
          </div>
          <Reading found={found}>
            {found.rows.length > 0 && <SharedChannels question={question} found={found} />}
          </Reading>
        </div>
      )}
    </div>
  );
}

/** The file that is asked about, and how it became the model's input. */
function FileQuery({ name, found: { picture, notes }, heat }: { name: string; found: FoundSimilars; heat: Grid | null }) {
  return (
    <div className={classes.file} data-testid="file-query">
      {picture ? <Thumbnail src={picture} size={48} heat={heat} /> : <IconFile size={22} stroke={1.5} />}
      <p>
        <b className={classes.query}>query</b> {name}
        {notes?.map((note) => (
          <span key={note}>{note}</span>
        ))}
      </p>
    </div>
  );
}

/** A file that this page had, and has not any more. */
function Gone({ name }: { name: string }) {
  return (
    <EmptyState
      compact
      icon={<IconFile size={20} stroke={1.5} />}
      title={`${name} is not here any more`}
      action={
        <ChooseFile>
          {(props) => (
            <Button size="compact-xs" {...props}>
              Choose it
            </Button>
          )}
        </ChooseFile>
      }
    >
      A file is kept by the page alone that it was given to, until that is closed or reloaded. Choose it again, or drop it here.
    </EmptyState>
  );
}

function Found({ found, grids, size }: { found: Similars; grids: Heat["grids"] | undefined; size: number }) {
  const queries = useMemo(() => found.queries.slice(0, SHOWN_QUERIES), [found]);
  const rows = useMemo(() => Uint32Array.from([...queries, ...found.rows]), [queries, found]);
  const scores = useMemo(() => new Map(found.rows.map((row, at) => [row, found.scores[at]])), [found]);
  const caption = (row: number): ReactNode => {
    const score = scores.get(row);
    if (score === undefined) return <b className={classes.query}>{found.queries.length > SHOWN_QUERIES ? `query, of ${count(found.queries.length)}` : "query"}</b>;
    return (
      <span title="Similarity: the cosine of the angle between the two, seen from the mean of all samples. 1: the same direction; 0: nothing in common beyond what all share." data-testid="score">
        {score.toFixed(3)}
      </span>
    );
  };
  return <Gallery rows={rows} size={size} many caption={caption} heat={(row) => grids?.get(row) ?? null} />;
}

/** What the heat maps are, in a line; or why there are none. */
function Made({ question, found, heat, error }: { question: SimilarsQuestion; found: Similars; heat: Heat | undefined; error: unknown }) {
  const { run } = useRun();
  const name = useName(question);
  const among = `${count(found.rows.length)} of ${count(found.candidates)} compared in ${found.space}`;
  return (
    <p className={classes.made} data-testid="similars-made">
      <span>{among}</span>
      {question.why && Boolean(error) && <Why error={error} />}
      {question.why && !heat && !error && <span className={classes.late}>Making heat maps…</span>}
      {question.why && heat && (
        <span>
          Heat: <a href={heat.made.source} target="_blank" rel="noreferrer">{heat.made.title}</a>, towards {question.file ? "what these share" : name} in {found.space},{" "}
          {heat.made.layers.length > 1 ? `${heat.made.layers.length} depths together` : (heat.made.layers[0]?.name ?? "at the input")}, version {run.version.name ?? run.version.number}; each picture by its own strongest. {heat.made.notes.join(" ")}
        </span>
      )}
    </p>
  );
}

/** What the colours are while a channel is shown, in a line; or why there are none. */
function MadeByChannel({ channel: { channel, layer }, fires, error, onClose }: { channel: ChannelName; fires: Fires | undefined; error: unknown; onClose: () => void }) {
  const { run } = useRun();
  const flat = fires && [...fires.grids.values()].every((grid) => grid === null);
  return (
    <div className={channels.made} data-testid="similars-made">
      {Boolean(error) && <Why error={error} />}
      {!fires && !error && <span className={classes.late}>Looking where it fires…</span>}
      {fires && (
        <span>
          Channel #{channel} of {layer}, version {run.version.name ?? run.version.number}: {flat ? "the layer has no positions that lie over a picture, so there is no map of it." : "where it fires; each picture by its own strongest."}
        </span>
      )}
      <Button size="compact-xs" variant="subtle" color="gray" onClick={onClose} data-testid="close-shared-channel">
        Close the channel
      </Button>
    </div>
  );
}

function Why({ error }: { error: unknown }) {
  const { title, fix } = explain(error);
  return (
    <span data-testid="similars-no-heat">
      No heat maps: {title} {fix}
    </span>
  );
}

function Nothing({ candidates }: { candidates: number }) {
  return (
    <EmptyState compact icon={<IconMoodEmpty size={20} stroke={1.5} />} title="Nothing to compare with">
      {candidates === 0 ? "No sample is among those chosen under “Among”. Choose all, or another subset." : "The only samples among those chosen are the ones that were asked for. Choose all, or another subset."}
    </EmptyState>
  );
}
