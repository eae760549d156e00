"""Promise T14: no network call unless asked for. The guard of the suite itself is tested here."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.network_guard import network


def test_leaving_the_machine_is_refused_and_remembered() -> None:
    with pytest.raises(network.NetworkRefusedError):
        socket.create_connection(("example.org", 80), timeout=1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagram:
        with pytest.raises(network.NetworkRefusedError):
            datagram.sendto(b"telemetry", ("192.0.2.1", 53))
    assert network.refused() == ["example.org", "192.0.2.1"]
    network.forget()


def test_a_child_process_is_guarded_too() -> None:
    reach = "import socket; socket.create_connection(('example.org', 80), timeout=1)"
    child = subprocess.run([sys.executable, "-c", reach], capture_output=True, text=True)
    assert child.returncode == 1
    assert "NetworkRefusedError" in child.stderr
    assert network.refused() == ["example.org"]
    network.forget()


def test_loopback_and_unix_sockets_work(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        with socket.create_connection(("localhost", server.getsockname()[1])) as client:
            client.sendall(b"x")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "s"))
        server.listen()
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(tmp_path / "s"))
    assert network.refused() == []
