import { TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useState } from "react";
import type { PredictionInfo } from "../api/types";
import { Picker } from "../explore/Picker";
import network from "../network/network.module.css";
import { count } from "../theme/format";
import classes from "./analysis.module.css";
import { classKey } from "./targets";

/** More classes than this are found by typing. */
const MOST_LISTED = 100;

/** Any class of a prediction that has more of them than there is room for. */
export function MoreClasses({ prediction: { name, labels }, onChoose }: { prediction: PredictionInfo; onChoose: (key: string) => void }) {
  const [search, setSearch] = useState("");
  const all = labels ?? [];
  const found = all.flatMap((label, index) => (label.toLowerCase().includes(search.toLowerCase()) ? [{ label, index }] : []));
  return (
    <Picker label="All" value={count(all.length)} testid="more-classes">
      {(close) => (
        <div className={classes.choose}>
          <TextInput placeholder={`Find among ${count(all.length)} classes`} aria-label="Find a class" leftSection={<IconSearch size={13} />} value={search} onChange={(event) => setSearch(event.currentTarget.value)} data-autofocus />
          <div className={`${network.spaces} ${classes.list}`} role="listbox" aria-label="Classes">
            {found.slice(0, MOST_LISTED).map(({ label, index }) => (
              <button
                type="button"
                key={index}
                role="option"
                aria-selected={false}
                onClick={() => {
                  onChoose(classKey(name, index));
                  close();
                }}
              >
                <b>{label}</b>
                <span>{index}</span>
              </button>
            ))}
            {found.length > MOST_LISTED && <p className={classes.note}>and {count(found.length - MOST_LISTED)} more: type to find them</p>}
            {found.length === 0 && <p className={classes.note}>No class contains that.</p>}
          </div>
        </div>
      )}
    </Picker>
  );
}
