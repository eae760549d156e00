/** Call back when the screen's pixel ratio changes (browser zoom, another monitor); returns how to stop. */
export function onPixelRatio(changed: () => void): () => void {
  if (typeof matchMedia !== "function") return () => undefined;
  const stop = new AbortController();
  const watch = () => {
    const query = matchMedia(`(resolution: ${globalThis.devicePixelRatio}dppx)`);
    query.addEventListener("change", again, { once: true, signal: stop.signal });
  };
  // A query is about one ratio, so that each change asks for a new one.
  function again(): void {
    changed();
    watch();
  }
  watch();
  return () => stop.abort();
}
