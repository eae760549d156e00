import { useLocation, useNavigate } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { stateOf, type ViewStore } from "./view";
import { decodeView, encodeView, isStep, type Search } from "./viewUrl";

const PAUSE = 250;

/** Keep the address and the view the same: what the user does goes into the address, Back comes out of it. */
export function useUrlSync(store: ViewStore): void {
  const navigate = useNavigate();
  const location = useLocation();
  const search = location.search as Search;
  const shown = useRef<Search>(search);
  const path = useRef(location.pathname);
  useEffect(() => {
    path.current = location.pathname;
  }, [location.pathname]);

  useEffect(() => {
    let timer = 0;
    const write = () => {
      const next = encodeView(stateOf(store.getState()));
      const before = shown.current;
      if (sameSearch(before, next)) return;
      shown.current = next;
      void navigate({ to: path.current, search: next, replace: !isStep(before, next) } as never);
    };
    const stop = store.subscribe(() => {
      window.clearTimeout(timer);
      timer = window.setTimeout(write, PAUSE);
    });
    return () => {
      stop();
      window.clearTimeout(timer);
    };
  }, [store, navigate]);

  useEffect(() => {
    if (sameSearch(search, shown.current)) return;
    shown.current = search;
    store.setState(decodeView(search));
  }, [search, store]);
}

function sameSearch(a: Search, b: Search): boolean {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) => a[key] === b[key]);
}
