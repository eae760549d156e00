import { Kbd, Modal } from "@mantine/core";
import { KEYS } from "./keys";
import classes from "./help.module.css";
import { useUi } from "./ui";

/** Every key, by what it is for. */
export function HelpOverlay() {
  const open = useUi((ui) => ui.help);
  const set = useUi((ui) => ui.set);
  return (
    <Modal opened={open} onClose={() => set({ help: false })} title="Keys" size={680} data-testid="help-overlay">
      <div className={classes.columns}>
        {KEYS.map(({ group, keys }) => (
          <section key={group} className={classes.group}>
            <h3>{group}</h3>
            <dl>
              {keys.map(({ keys: parts, does }) => (
                <div key={does}>
                  <dt>
                    {parts.map((part) => (
                      <Kbd key={part}>{part}</Kbd>
                    ))}
                  </dt>
                  <dd>{does}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Modal>
  );
}
