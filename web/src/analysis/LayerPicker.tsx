import { TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconSearch } from "@tabler/icons-react";
import { useState } from "react";
import { networkQuery } from "../api/queries";
import { Picker } from "../explore/Picker";
import { useRun } from "../explore/run";
import { shapeText } from "../network/graph";
import network from "../network/network.module.css";
import classes from "./analysis.module.css";

/** Adds any layer whose response can be captured. */
export function LayerPicker({ chosen, onAdd, onReset }: { chosen: string[]; onAdd: (name: string) => void; onReset: (() => void) | null }) {
  const { run } = useRun();
  const { data } = useQuery(networkQuery(run.id));
  const [search, setSearch] = useState("");
  const layers = data?.nodes.filter(({ captured, name }) => captured && !chosen.includes(name)) ?? [];
  const found = layers.filter(({ name, operator }) => `${name} ${operator}`.toLowerCase().includes(search.toLowerCase()));
  if (layers.length === 0 && onReset === null) return null;
  return (
    <Picker label="Layers" value="add" testid="add-layer">
      {(close) => (
        <div className={classes.choose}>
          <TextInput placeholder={`Find among ${layers.length} layers`} aria-label="Find a layer" leftSection={<IconSearch size={13} />} value={search} onChange={(event) => setSearch(event.currentTarget.value)} data-autofocus />
          <div className={`${network.spaces} ${classes.list}`} role="listbox" aria-label="Layers">
            {onReset && (
              <button
                type="button"
                onClick={() => {
                  onReset();
                  close();
                }}
              >
                <b>One of each depth</b>
                <span>as at first</span>
              </button>
            )}
            {found.map(({ name, operator, shape }) => (
              <button
                type="button"
                key={name}
                role="option"
                aria-selected={false}
                onClick={() => {
                  onAdd(name);
                  close();
                }}
              >
                <b>{name}</b>
                <span>
                  {operator} {shapeText(shape)}
                </span>
              </button>
            ))}
            {found.length === 0 && <p className={classes.note}>No other layer contains that.</p>}
          </div>
        </div>
      )}
    </Picker>
  );
}
