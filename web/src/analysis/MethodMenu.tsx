import { Menu } from "@mantine/core";
import { IconCheck, IconChevronDown, IconExternalLink } from "@tabler/icons-react";
import type { AttributionMethod } from "../api/types";
import controls from "../explore/controls.module.css";
import { count } from "../theme/format";
import classes from "./analysis.module.css";

/** Chooses the attribution method; one that cannot explain this model says why. */
export function MethodMenu({ methods, value, open, onOpen, onChoose }: { methods: AttributionMethod[] | undefined; value: string | null; open: boolean; onOpen: (open: boolean) => void; onChoose: (name: string) => void }) {
  const chosen = methods?.find(({ name }) => name === value);
  const reasons = new Set(methods?.flatMap(({ why_not: reason }) => reason ?? []));
  const shared = reasons.size === 1 ? [...reasons][0] : null;
  return (
    <Menu opened={open} onChange={onOpen} loop position="bottom-start">
      <Menu.Target>
        <button type="button" className={controls.picker} data-testid="pick-method" aria-haspopup="menu" aria-expanded={open} title="How heat maps are made (M)">
          <span>Method</span>
          <b>{chosen?.title ?? value ?? "…"}</b>
          <IconChevronDown size={12} />
        </button>
      </Menu.Target>
      <Menu.Dropdown className={classes.methods}>
        {shared !== null && <Menu.Label className={classes.own}>{shared} Methods that need gradients cannot be used.</Menu.Label>}
        {methods?.map((method) => (
          <Menu.Item
            key={method.name}
            disabled={method.why_not !== null}
            onClick={() => onChoose(method.name)}
            leftSection={method.name === value ? <IconCheck size={13} /> : <span className={classes.tick} />}
            rightSection={<span className={classes.cost}>{count(method.forwards)} ×</span>}
            data-testid="method"
            data-name={method.name}
          >
            {method.title}
            <small>{(shared === null && method.why_not) || (method.over === "layers" ? "at layers" : "at the input")}</small>
          </Menu.Item>
        ))}
        {chosen && chosen.source.startsWith("https:") && (
          <>
            <Menu.Divider />
            <Menu.Item component="a" href={chosen.source} target="_blank" rel="noreferrer" leftSection={<IconExternalLink size={13} />}>
              Read about {chosen.title}
            </Menu.Item>
          </>
        )}
        {chosen && !chosen.source.startsWith("https:") && (
          <Menu.Label className={classes.own}>
            {chosen.title} is percepta’s own. What it is, and what it gives, is in its documents: {chosen.source}
          </Menu.Label>
        )}
        <Menu.Label>× : cost of one map, in forward passes</Menu.Label>
      </Menu.Dropdown>
    </Menu>
  );
}
