"""`visualize` draws every payload, and says what it needs."""

from __future__ import annotations

import sys
from importlib.util import find_spec

import numpy as np
import pytest

from percepta.core.errors import VisualError
from percepta.integration.code_loader.module.contract.visualizer_classes import LeapText
from percepta.integration.code_loader.module.helpers import visualize as older
from percepta.integration.code_loader.module.plot_functions.visualize import visualize
from tests.integration.code_loader.cases_advice import payloads
from tests.integration.code_loader.oracle import OURS

SHOWN = {
    "image bytes",
    "image uint8",
    "image one inf",
    "boxes bytes",
    "box over the edge",
    "mask bytes",
    "mask of 3 labels",
    "heat map bytes",
    "video unit",
    "graph one inf",
    "bars bytes",
    "bars with gt of 4",
    "text mask of 4 tokens",
    "audio bytes",
    "audio image bytes",
    "text",
    "cloud",
}
drawn = pytest.mark.skipif(find_spec("matplotlib") is None, reason="matplotlib is not installed")


def test_it_does_nothing_while_the_wiring_is_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)  # without it, drawing would be refused
    with pytest.raises(ImportError):
        visualize(LeapText(["a"]))

    monkeypatch.setenv("__MAPPING_RUNTIME_MODE__", "TRUE")
    visualize(LeapText(["a"]))
    visualize(None)  # type: ignore[arg-type]


def test_without_matplotlib_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)

    with pytest.raises(ImportError, match="pip install matplotlib"):
        visualize(LeapText(["a"]))


def test_older_scripts_find_it_among_the_helpers() -> None:
    assert older is visualize


@drawn
@pytest.mark.parametrize("name", sorted(SHOWN))
def test_every_kind_is_drawn(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MPLBACKEND", "Agg")
    from matplotlib import pyplot

    shown: list[np.ndarray] = []

    def show() -> None:
        figure = pyplot.gcf()
        figure.canvas.draw()
        shown.append(np.asarray(figure.canvas.buffer_rgba()).copy())
        assert figure.axes[0].get_title() == "a title"

    monkeypatch.setattr(pyplot, "show", show)
    visualize(payloads(OURS)[name], "a title")

    (picture,) = shown
    inside = picture[58:, :, :3].astype(int)  # the title is above
    if name.startswith(("graph", "bars", "audio bytes")):  # their axes are black
        assert (inside.max(axis=2) - inside.min(axis=2) > 50).any()
    else:
        assert (inside < 200).any()
    assert pyplot.get_fignums() == []


def test_what_is_no_payload_is_refused() -> None:
    with pytest.raises(VisualError, match="A str is not what a visualizer returns"):
        visualize("payload")  # type: ignore[arg-type]
