"""Build hook: builds the page before the wheel or the source archive is packed."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).resolve().parent))

from tools import web_assets
from tools.node import PYPI_PACKAGE, find_node


class WebBuildHook(BuildHookInterface[Any]):
    """Builds ``web/`` when its sources changed; editable installs only on request."""

    def dependencies(self) -> list[str]:
        """Ask for a Node.js from PyPI where a build is due and none is installed."""
        due = not web_assets.is_current(Path(self.root))
        return [PYPI_PACKAGE] if due and find_node() is None else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the page, or stop the build with one sentence."""
        if version == "editable" and os.environ.get("PERCEPTA_BUILD_WEB") != "1":
            return
        root = Path(self.root)
        if web_assets.has_assets(root) and find_node() is None and not web_assets.is_current(root):
            self.app.display_warning(
                "The page was built from other sources than those in web/; there is no Node.js "
                "to build it anew, so it is shipped as it is."
            )
            return
        try:
            web_assets.build(root)
        except web_assets.WebBuildError as error:
            self.app.abort(str(error))
