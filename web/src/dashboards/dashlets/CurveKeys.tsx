import charts from "../charts/charts.module.css";

export interface CurveKey {
  name: string;
  color: string;
  /** Said behind the name, such as the area. */
  value?: string;
  faded?: boolean;
  title?: string;
}

/** What the colours of curves mean. */
export function CurveKeys({ keys, onChoose }: { keys: CurveKey[]; onChoose?: (name: string) => void }) {
  return (
    <div className={charts.keys} data-testid="curve-keys">
      {keys.map(({ name, color, value, faded, title }) => (
        <button key={name} type="button" className={charts.key} data-faded={faded || undefined} disabled={!onChoose} title={title ?? name} onClick={() => onChoose?.(name)}>
          <i style={{ background: color }} />
          <span>{name}</span>
          {value !== undefined && <b>{value}</b>}
        </button>
      ))}
    </div>
  );
}
