"""The web server: one port, the page and its HTTP API."""

from percepta.server.app import create_app
from percepta.server.serving import serve

__all__ = ["create_app", "serve"]
