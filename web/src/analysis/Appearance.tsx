import { SegmentedControl, Slider, Switch } from "@mantine/core";
import { type RampName, UNSIGNED } from "../heat/ramps";
import panel from "../samples/panel.module.css";
import { percent } from "../theme/format";
import classes from "./analysis.module.css";
import { shades } from "./MapFigure";
import { type Analysis, sharesScale } from "./state";

/** How the maps look: overlay, colours, sign, scale. */
export function Appearance({ analysis, signed, onChange }: { analysis: Analysis; signed: boolean; onChange: (part: Partial<Analysis>) => void }) {
  return (
    <section className={panel.card} data-testid="appearance">
      <h3>Overlay</h3>
      <div className={classes.setting}>
        <Switch label="Show (O)" checked={analysis.overlay} onChange={(event) => onChange({ overlay: event.currentTarget.checked })} data-testid="overlay" />
        <Slider size="xs" min={0.05} max={1} step={0.05} value={analysis.opacity} onChange={(opacity) => onChange({ opacity })} disabled={!analysis.overlay} label={percent} aria-label="Opacity of the overlay" style={{ flex: 1 }} />
      </div>
      <div className={classes.setting}>
        <span>Colours</span>
        {signed ? (
          <span className={classes.told}>orange for, blue against</span>
        ) : (
          <SegmentedControl
            value={analysis.ramp}
            onChange={(ramp) => onChange({ ramp: ramp as RampName })}
            data={(Object.keys(UNSIGNED) as RampName[]).map((value) => ({ value, label: <i className={classes.swatch} style={{ background: shades(UNSIGNED[value], "right") }} title={value} aria-label={value} /> }))}
            data-testid="ramp"
          />
        )}
      </div>
      <div className={classes.setting}>
        <Switch label="Also what speaks against it" checked={analysis.signed} onChange={(event) => onChange({ signed: event.currentTarget.checked })} data-testid="signed" />
      </div>
      {analysis.compare !== "one" && (
        <div className={classes.setting}>
          <Switch label="One scale for all maps" checked={sharesScale(analysis)} onChange={(event) => onChange({ together: event.currentTarget.checked })} data-testid="together" />
        </div>
      )}
    </section>
  );
}
