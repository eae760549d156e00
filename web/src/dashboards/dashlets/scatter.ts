import { IconChartDots } from "@tabler/icons-react";
import type { Settings } from "../../api/dashboards";
import { lossField } from "../../explore/run";
import type { Asked } from "../asking/question";
import { chart } from "../charts/chart";
import { capital } from "../charts/measures";
import { drawPoints } from "../charts/points";

const MOST = 3_000;

function pairOf({ fields }: Settings): [string, string] | null {
  return fields[0] && fields[1] ? [fields[0], fields[1]] : null;
}

export const scatter = chart({
  kind: "scatter",
  title: "Scatter",
  description: "Two numbers of single samples; drag over them to filter, click one to open it.",
  icon: IconChartDots,
  size: { w: 8, h: 9 },
  uses: ["fields", "limit"],
  initial: (fields) => {
    const loss = lossField(fields);
    const metadata = fields.filter(({ group }) => group === "metadata");
    const numbers = fields.filter(({ type, group }) => type === "float" && group !== "latent");
    const first = metadata.find(({ type }) => type === "float") ?? metadata.find(({ type }) => type === "integer") ?? numbers.find(({ name }) => name !== loss?.name);
    return { fields: [first?.name, (loss ?? numbers.at(-1))?.name].filter((name) => name !== undefined) };
  },
  name: (settings) => {
    const pair = pairOf(settings);
    return pair ? capital(`${pair[1]} against ${pair[0]}${settings.fields[2] ? ` by ${settings.fields[2]}` : ""}`) : "Scatter";
  },
  lacks: (settings) => (pairOf(settings) ? null : "A scatter plot needs two numbers"),
  questions: (settings, filter): Asked[] => {
    const fields = settings.fields.slice(0, 3);
    const asked: Asked = { kind: "points", fields, limit: settings.limit ?? MOST, filter, own: fields.slice(0, 2) };
    return [asked, { ...asked, fields: fields.slice(0, 2), whole: true }];
  },
  colored: ({ fields }) => fields[2] ?? null,
  draw: drawPoints,
});
