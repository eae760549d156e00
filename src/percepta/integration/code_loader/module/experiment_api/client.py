"""`code_loader.experiment_api.client`: the server that experiments are logged to."""

from __future__ import annotations

from typing import Any, NoReturn


class Client:
    """A server's address, kept for the script; nothing is ever sent to it.

    Args:
        url: address of the server.
        token: key to it; it is not kept.
    """

    def __init__(self, url: str | None = None, token: str | None = None) -> None:
        self.url = url

    def post(self, post_path: str, data: Any, headers: dict[str, str] | None = None) -> NoReturn:
        """Refuse.

        Raises:
            RuntimeError: always; percepta opens no connection for a script.
        """
        raise RuntimeError(
            f"Nothing was posted to {post_path}: percepta opens no connection for a script."
        )

    def check_response(self, response: Any) -> None:
        """Raise what `requests` raises for a response that tells of an error."""
        response.raise_for_status()
