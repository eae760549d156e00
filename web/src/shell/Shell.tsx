import { ActionIcon, Kbd, Tooltip, useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { IconKeyboard, IconMoon, IconSearch, IconSun } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, Outlet } from "@tanstack/react-router";
import { useEffect } from "react";
import { ApiError } from "../api/errors";
import { listen } from "../api/events";
import { jobsQuery } from "../api/queries";
import { JobsIndicator } from "../jobs/JobsIndicator";
import { Breadcrumb } from "./Breadcrumb";
import { CommandPalette } from "./CommandPalette";
import { HelpOverlay } from "./HelpOverlay";
import { useKeys } from "./keys";
import { NoAccess } from "./NoAccess";
import { Rail } from "./Rail";
import classes from "./shell.module.css";
import { useUi } from "./ui";

/** Rail, top bar, and the view. */
export function Shell() {
  const client = useQueryClient();
  const set = useUi((ui) => ui.set);
  const { toggleColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme("dark");
  const jobs = useQuery(jobsQuery());
  const locked = jobs.error instanceof ApiError && (jobs.error.status === 401 || jobs.error.status === 403);
  useEffect(() => listen(client), [client]);
  useKeys({
    "ctrl+k": () => set({ palette: !useUi.getState().palette }),
    "/": () => set({ palette: true }),
    "?": () => set({ help: true }),
    t: () => toggleColorScheme(),
  });
  return (
    <div className={classes.shell}>
      <header className={classes.top}>
        <Link to="/" className={classes.mark} aria-label="percepta: all projects">
          <img src="./favicon.svg" alt="" width={22} height={22} />
        </Link>
        <Breadcrumb />
        <div className={classes.space} />
        <JobsIndicator />
        <button type="button" className={classes.search} onClick={() => set({ palette: true })} data-testid="open-search">
          <IconSearch size={14} />
          <span>Search or locate</span>
          <Kbd>Ctrl K</Kbd>
        </button>
        <Tooltip label={scheme === "dark" ? "Light (T)" : "Dark (T)"}>
          <ActionIcon onClick={() => toggleColorScheme()} aria-label="Light or dark" data-testid="toggle-theme">
            {scheme === "dark" ? <IconSun size={16} /> : <IconMoon size={16} />}
          </ActionIcon>
        </Tooltip>
        <Tooltip label="Keys (?)">
          <ActionIcon onClick={() => set({ help: true })} aria-label="Keys" data-testid="open-help">
            <IconKeyboard size={17} />
          </ActionIcon>
        </Tooltip>
      </header>
      <Rail />
      <main className={classes.view}>
        {locked ? <NoAccess /> : <Outlet />}
      </main>
      <CommandPalette />
      <HelpOverlay />
    </div>
  );
}
