import { Tooltip } from "@mantine/core";
import { IconFilter } from "@tabler/icons-react";
import { Component, type ErrorInfo, type ReactNode, useEffect, useRef } from "react";
import type { Dashlet } from "../../api/dashboards";
import { describe } from "../../filters/describe";
import { active, type Filter } from "../../filters/types";
import { EmptyState } from "../../shell/EmptyState";
import { ErrorNotice } from "../../shell/ErrorNotice";
import { changeDashlet } from "../document/change";
import { useDashboardStore } from "../document/context";
import { useDesk } from "../desk";
import { specOf } from "../registry";
import { NO_SETTINGS } from "../spec";
import { DashletMenu } from "./DashletMenu";
import classes from "./frame.module.css";
import { type Offer, OfferContext } from "./offer";
import { useSeen } from "./useSeen";

/** A dashlet with its title and menu. */
export function DashletFrame({ dashlet }: { dashlet: Dashlet }) {
  const { id, kind } = dashlet;
  const store = useDashboardStore();
  const spec = specOf(kind);
  const frame = useRef<HTMLElement>(null);
  const offer = useRef<Offer>({});
  const seen = useSeen(frame);
  const editing = useDesk((desk) => desk.editing);
  const edited = useDesk((desk) => desk.edited === id);
  const focused = useDesk((desk) => desk.focused === id);
  const set = useDesk((desk) => desk.set);
  useEffect(() => {
    if (focused && document.activeElement !== frame.current && !frame.current?.contains(document.activeElement)) frame.current?.focus();
  }, [focused]);
  useEffect(() => {
    const focus = () => set({ focused: id });
    const element = frame.current;
    element?.addEventListener("focusin", focus);
    return () => element?.removeEventListener("focusin", focus);
  }, [id, set]);
  const title = titleOf(dashlet);
  const filter = active(dashlet.filter as Filter);
  return (
    <section
      ref={frame}
      className={classes.frame}
      // Arrows walk from dashlet to dashlet, Tab into one.
      tabIndex={-1}
      aria-label={title}
      data-edited={edited || undefined}
      data-editing={editing || undefined}
      data-testid="dashlet"
      data-dashlet={id}
      data-kind={kind}
    >
      <header className={classes.head} data-handle>
        <h3 title={title}>{title}</h3>
        {filter.length > 0 && (
          <Tooltip label={`Only ${filter.map((clause) => Object.values(describe(clause)).filter(Boolean).join(" ")).join(", ")}`}>
            <IconFilter size={13} className={classes.own} aria-label="Has a filter of its own" />
          </Tooltip>
        )}
        <DashletMenu dashlet={dashlet} title={title} offer={offer} />
      </header>
      <div className={classes.body}>
        <Guard settings={dashlet.settings}>
          <OfferContext value={offer}>
            {spec ? (
              seen && (
                <spec.Body
                  dashlet={dashlet}
                  change={(part) => store.getState().change((document) => changeDashlet(document, id, { settings: { ...dashlet.settings, ...part } }))}
                />
              )
            ) : (
              <EmptyState compact title={`This page cannot draw “${kind}”`}>
                A newer percepta made this dashlet. Load the page again after updating.
              </EmptyState>
            )}
          </OfferContext>
        </Guard>
      </div>
    </section>
  );
}

/** The user's title, else one from the settings. */
export function titleOf({ title, kind, settings }: Dashlet): string {
  const spec = specOf(kind);
  return title || (spec ? spec.name({ ...NO_SETTINGS, ...settings }) : kind);
}

/** A dashlet that cannot be drawn costs no other. */
class Guard extends Component<{ settings: Dashlet["settings"]; children: ReactNode }, { error: unknown; settings: Dashlet["settings"] }> {
  override state = { error: null, settings: this.props.settings };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  /** Other settings may well be drawn. */
  static getDerivedStateFromProps({ settings }: { settings: Dashlet["settings"] }, state: { settings: Dashlet["settings"] }) {
    return settings === state.settings ? null : { error: null, settings };
  }

  override componentDidCatch(error: Error, info: ErrorInfo): void {
    console.error(error, info.componentStack);
  }

  override render() {
    if (this.state.error === null) return this.props.children;
    return <ErrorNotice error={this.state.error} retry={() => this.setState({ error: null })} />;
  }
}
