/** Numbers, times and counts as people read them: rounded to what is known, units always. */

const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** A count, e.g. `60,000`. */
export function count(value: number): string {
  return whole.format(value);
}

/** A count where there is little room, e.g. `1.2 M`. */
export function shortCount(value: number): string {
  if (value < 10_000) return count(value);
  if (value < 1_000_000) return `${trim(value / 1000, 1)} k`;
  return `${trim(value / 1_000_000, 2)} M`;
}

/** A measured number with about four telling digits. */
export function number(value: number | null | undefined, digits = 4): string {
  if (value === null || value === undefined) return "–";
  if (Number.isNaN(value)) return "–";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  // Years and small ids read worse with a comma.
  if (Number.isInteger(value) && Math.abs(value) < 1e7) return minus(Math.abs(value) < 10_000 ? String(value) : count(value));
  const size = Math.abs(value);
  if (size >= 1e7 || size < 1e-4) return minus(value.toExponential(digits - 2));
  const decimals = size >= 1000 ? 1 : Math.max(0, digits - 1 - Math.floor(Math.log10(size)));
  const decimal = Math.min(decimals, 6);
  const text = trim(value, decimal);
  // Nearly all is not all.
  return minus(size < 1 && Math.abs(Number(text)) === 1 ? `${value < 0 ? "-" : ""}0.${"9".repeat(decimal)}` : text);
}

/** A share as per cent. Nearly nothing is never told as 0 %, nearly all never as 100 %. */
export function percent(share: number): string {
  const value = share * 100;
  if (value > 0 && value < 0.1) return "< 0.1 %";
  if (value > 99.9 && value < 100) return "> 99.9 %";
  if (value > 99 && value < 100) return `${trim(value, 1)} %`;
  return `${trim(value, value >= 10 || Number.isInteger(value) ? 0 : 1)} %`;
}

/** The value of a field. */
export function value(value: string | number | boolean | null | undefined): string {
  if (value === null || value === undefined) return "missing";
  if (typeof value === "number") return number(value);
  return String(value);
}

/** A span of seconds, e.g. `1 min 20 s`. */
export function duration(seconds: number): string {
  if (seconds < 1) return "< 1 s";
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.round(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A time as distance from now, e.g. `3 min ago`. */
export function ago(iso: string | null | undefined, now = Date.now()): string {
  if (!iso) return "–";
  const seconds = (now - Date.parse(iso)) / 1000;
  if (Number.isNaN(seconds)) return iso;
  if (seconds < 45) return "just now";
  if (seconds < 3600) return `${Math.round(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.round(seconds / 3600)} h ago`;
  if (seconds < 30 * 86_400) return `${Math.round(seconds / 86_400)} d ago`;
  return new Date(iso).toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric" });
}

function trim(value: number, decimals: number): string {
  const text = value.toFixed(decimals);
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

function minus(text: string): string {
  return text.replace(/^-/, "−");
}
