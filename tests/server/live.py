"""The application behind a real socket, in a thread."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import uvicorn
from fastapi import FastAPI

from percepta.server.serving import Server, listen, server_config


@dataclass(frozen=True)
class Live:
    """A server that answers."""

    port: int
    server: uvicorn.Server
    thread: threading.Thread

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join(timeout=30)
        assert not self.thread.is_alive()


@contextmanager
def live_server(app: FastAPI) -> Iterator[Live]:
    """Serve an application on a free port until the block ends."""
    listener = listen("127.0.0.1", 0)
    ready = threading.Event()
    server = Server(server_config(app), app, ready.set)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    assert ready.wait(30)
    running = Live(listener.getsockname()[1], server, thread)
    try:
        yield running
    finally:
        running.stop()
        listener.close()
