"""``python -m percepta.server.openapi > web/openapi.json``: the source of the page's types."""

from __future__ import annotations

import json
import sys

from percepta.server.app import bare_app


def document() -> str:
    """Return the OpenAPI document as text; it changes only when the API does."""
    openapi = bare_app().openapi()
    openapi["info"]["version"] = "1"
    return json.dumps(openapi, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(document())
