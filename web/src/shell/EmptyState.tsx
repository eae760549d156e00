import type { ReactNode } from "react";
import classes from "./states.module.css";

/** Says why there is nothing, and what to do next. */
export function EmptyState({ icon, title, children, action, compact }: {
  icon?: ReactNode;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
  compact?: boolean;
}) {
  return (
    <div className={classes.empty} data-compact={compact || undefined} data-testid="empty-state">
      {icon && <div className={classes.icon}>{icon}</div>}
      <h2>{title}</h2>
      {children && <div className={classes.why}>{children}</div>}
      {action && <div className={classes.action}>{action}</div>}
    </div>
  );
}
