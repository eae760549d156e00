import { ActionIcon } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconX } from "@tabler/icons-react";
import type { ReactNode } from "react";
import type { NetworkDetails } from "../api/types";
import { count } from "../theme/format";
import { type Graph, shapeText, type Step } from "./graph";
import classes from "./network.module.css";

const WHAT: Partial<Record<Step["kind"], string>> = {
  encoder: "A function of the script. It makes this input for each sample.",
  "ground truth": "A function of the script. It gives what is true of each sample.",
  loss: "Measures how wrong the model is, one value per sample.",
  metric: "Measures the model, one value per sample.",
  target: "A number that heat maps can explain, one value per sample.",
  visualizer: "Makes what the panel shows of a sample.",
  "latent space": "A function of the script. It gives each sample's vector in a latent space.",
  input: "What the model takes.",
  output: "What the model gives.",
};

/** Everything known of one step. */
export function StepPanel({ step, graph, details, onChoose }: { step: Step; graph: Graph; details: NetworkDetails; onChoose: (id: string | null) => void }) {
  const titles = new Map(graph.steps.map((one) => [one.id, one.title]));
  const before = graph.wires.filter(({ to }) => to === step.id).map(({ from }) => from);
  const after = graph.wires.filter(({ from }) => from === step.id).map(({ to }) => to);
  const { node, wired } = step;
  const spaces = node ? details.spaces.filter(({ layers }) => layers.includes(node.name)) : [];
  const links = (ids: string[], icon: ReactNode) =>
    ids.map((id) => (
      <button type="button" key={id} className={classes.link} onClick={() => onChoose(id)}>
        {icon}
        {titles.get(id)}
      </button>
    ));
  return (
    <aside className={classes.panel} data-testid="network-panel">
      <header>
        <h2>{step.title}</h2>
        <ActionIcon size={26} onClick={() => onChoose(null)} aria-label="Close">
          <IconX size={15} />
        </ActionIcon>
      </header>
      <div className={classes.scroll}>
        {WHAT[step.kind] && <p>{WHAT[step.kind]}</p>}
        <dl>
          {node && <Line name={node.kind === "layer" ? "layer" : node.kind === "operation" ? "operation" : "type"} value={node.operator} />}
          {node?.shape && <Line name="shape" value={shapeText(node.shape)} />}
          {node && node.parameters > 0 && <Line name="parameters" value={count(node.parameters)} />}
          {Object.entries(node?.settings ?? {}).map(([name, text]) => <Line key={name} name={name.replaceAll("_", " ")} value={text} />)}
          {wired?.place && <Line name="written in" value={wired.place} />}
          {wired?.kind === "input" && wired.feeds === null && <Line name="model" value="does not take it" />}
          {wired?.arguments.map(({ argument, source, name }) => (
            <Line key={argument} name={argument} value={source === "samples" ? "the samples of the batch" : `${source.replace("_", " ")} ${name}`} />
          ))}
        </dl>
        {node?.captured && <p className={classes.captured}>{spaces.length > 0 ? `Its responses build ${spaces.map(({ name }) => name).join(", ")}.` : "Its responses can be captured; no latent space of this run uses them."}</p>}
        {before.length > 0 && <h3>Takes</h3>}
        {links(before, <IconArrowUp size={13} />)}
        {after.length > 0 && <h3>Goes to</h3>}
        {links(after, <IconArrowDown size={13} />)}
      </div>
    </aside>
  );
}

function Line({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd title={value}>{value}</dd>
    </div>
  );
}
