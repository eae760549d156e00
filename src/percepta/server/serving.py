"""Serving the page on one port."""

from __future__ import annotations

import contextlib
import errno
import ipaddress
import socket
import threading
import webbrowser
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import uvicorn
from fastapi import FastAPI

from percepta.core.errors import ServerError
from percepta.jobs.runner import JobRunner
from percepta.server.access import Launch
from percepta.server.app import create_app
from percepta.server.memory import give_large_blocks_back

if TYPE_CHECKING:
    from percepta.storage import Workspace

DEFAULT_PORT = 8585
SHUTDOWN_SECONDS = 1


def serve(
    workspace: Workspace,
    *,
    host: str = "127.0.0.1",
    port: int = DEFAULT_PORT,
    open_browser: bool = True,
    allowed_hosts: Iterable[str] = (),
    token: str | None = None,
    fragment: str = "",
    on_ready: Callable[[str], None] | None = None,
) -> None:
    """Serve the page of a workspace until Ctrl-C or SIGTERM; jobs that run then go on.

    Args:
        workspace: what to serve.
        host: address of the loopback interface.
        port: TCP port; 0 for any free one.
        open_browser: whether to open the page.
        allowed_hosts: host names it answers for beside those of the loopback interface.
        token: lets people in; None for a new random one.
        fragment: view to open, e.g. ``#/runs/…``.
        on_ready: called with the address when the server answers; None prints it.

    Raises:
        ServerError: the host is not a loopback address, or the port cannot be used.
    """
    give_large_blocks_back()
    listener = listen(host, port)
    actual_port = listener.getsockname()[1]
    cookie_name = f"percepta-{actual_port}"
    launch = Launch(token, cookie_name) if token else Launch.create(cookie_name)
    app = create_app(workspace, launch, allowed_hosts=allowed_hosts, runner=JobRunner(workspace))
    name = f"[{host}]" if ":" in host else host
    address = f"http://{name}:{actual_port}/?token={launch.token}{fragment}"

    def ready() -> None:
        (on_ready or _print_address)(address)
        if open_browser:
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()

    with contextlib.suppress(KeyboardInterrupt), contextlib.closing(listener):
        Server(server_config(app), app, ready).run(sockets=[listener])


def server_config(app: FastAPI) -> uvicorn.Config:
    """Return how requests are served."""
    return uvicorn.Config(
        app,
        access_log=False,
        log_level="warning",
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        timeout_keep_alive=30,
        ws="none",
    )


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens on a loopback address.

    Raises:
        ServerError: not a loopback address, or the port cannot be used.
    """
    if not is_loopback(host):
        raise ServerError(
            f"percepta has no login yet, so it serves this machine only and not {host!r}.",
            fix="Leave out --host, and reach it from elsewhere by `ssh -L`.",
        )
    address = "127.0.0.1" if host == "localhost" else host
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    # The protocol is named because asyncio turns Nagle's algorithm off only for sockets that name it;
    # with it on, every answer waits 40 ms for the client's delayed acknowledgement.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address, port))
        listener.listen(256)
    except (OSError, OverflowError) as error:
        listener.close()
        if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
            raise ServerError(
                f"Port {port} is in use by another program.",
                fix=f"Choose another one: --port {port + 1}, or --port 0 for any free one.",
            ) from None
        raise ServerError(
            f"Port {port} of {host} cannot be used: {error}.", fix="Choose another one with --port."
        ) from None
    return listener


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Server(uvicorn.Server):
    """Tells when it is ready, and ends the streams before it waits for requests to end."""

    def __init__(self, config: uvicorn.Config, app: FastAPI, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._app = app
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then tell that the server answers."""
        await super().startup(sockets)
        if self.started:
            self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the streams, then wait for what else is under way, a second at most."""
        await self._app.state.services.events.close()
        await super().shutdown(sockets)


def _print_address(address: str) -> None:
    print(f"percepta is at {address}\nCtrl-C stops it.", flush=True)
