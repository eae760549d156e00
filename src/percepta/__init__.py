"""percepta: see how a deep network perceives your data.

In a notebook or a script of your own::

    import percepta

    run = percepta.evaluate(model, {"training": train, "validation": val}, labels=names)
    run.show()

In an integration script, ``import percepta as pc`` gives the decorators: :func:`subsets`, :func:`input`,
:func:`ground_truth`, :func:`metadata`, :func:`loss`, :func:`metric`, :func:`visualizer`,
:func:`target`, :func:`latent_space`, :func:`mask`, :func:`file_encoder`, :func:`model`.

Names are loaded on first use, so that ``import percepta`` stays instant and imports no torch.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from percepta.api import Evaluation, evaluate, serve
    from percepta.core.confusion import Decision
    from percepta.core.errors import PerceptaError
    from percepta.core.visuals import (
        BoundingBox,
        Graph,
        HorizontalBar,
        Image,
        ImageMask,
        ImageWithBoxes,
        Text,
        TextMask,
    )
    from percepta.dashboards import Dashboards
    from percepta.integration import (
        Prediction,
        Samples,
        file_encoder,
        ground_truth,
        input,
        latent_space,
        loss,
        losses,
        mask,
        metadata,
        metric,
        metrics,
        model,
        predictions,
        subsets,
        target,
        training_curves,
        use_loss,
        use_metric,
        visualizer,
    )

_HOMES = {
    "percepta.api": ("Evaluation", "evaluate", "serve"),
    "percepta.core.confusion": ("Decision",),
    "percepta.core.errors": ("PerceptaError",),
    "percepta.core.visuals": (
        "BoundingBox",
        "Graph",
        "HorizontalBar",
        "Image",
        "ImageMask",
        "ImageWithBoxes",
        "Text",
        "TextMask",
    ),
    "percepta.dashboards": ("Dashboards",),
    "percepta.integration": (
        "Prediction",
        "Samples",
        "file_encoder",
        "ground_truth",
        "input",
        "latent_space",
        "loss",
        "losses",
        "mask",
        "metadata",
        "metric",
        "metrics",
        "model",
        "predictions",
        "subsets",
        "target",
        "training_curves",
        "use_loss",
        "use_metric",
        "visualizer",
    ),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "BoundingBox",
    "Dashboards",
    "Decision",
    "Evaluation",
    "Graph",
    "HorizontalBar",
    "Image",
    "ImageMask",
    "ImageWithBoxes",
    "PerceptaError",
    "Prediction",
    "Samples",
    "Text",
    "TextMask",
    "__version__",
    "evaluate",
    "file_encoder",
    "ground_truth",
    "input",
    "latent_space",
    "loss",
    "losses",
    "mask",
    "metadata",
    "metric",
    "metrics",
    "model",
    "predictions",
    "serve",
    "subsets",
    "target",
    "training_curves",
    "use_loss",
    "use_metric",
    "visualizer",
]


def __getattr__(name: str) -> Any:
    """Load a public name from its module (PEP 562)."""
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME_OF[name]), name)


def __dir__() -> list[str]:
    """List the public names."""
    return sorted(__all__)
