import { Loader } from "@mantine/core";
import { type ReactNode, useEffect, useState } from "react";
import classes from "./analysis.module.css";

/** Says that something is being worked at, once it takes longer than a glance. */
export function Patience({ children, late }: { children: ReactNode; late?: ReactNode }) {
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    const started = Date.now();
    const timer = window.setInterval(() => setSeconds((Date.now() - started) / 1000), 300);
    return () => window.clearInterval(timer);
  }, []);
  if (seconds < 0.3) return null;
  return (
    <p className={classes.patience} role="status" data-testid="patience">
      <Loader size={12} color="gray" />
      <span>{seconds > 2 && late ? late : children}</span>
      {seconds >= 1 && <em>{Math.floor(seconds)} s</em>}
    </p>
  );
}
