"""Drawing visuals: a thumbnail for the map, and the encoded form that storage keeps and the page draws."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class EncodedVisual:
    """A visual as storage keeps it and the page draws it.

    Attributes:
        kind: ``image``, ``image_boxes``, ``image_mask``, ``text``, ``text_mask``, ``graph`` or
            ``horizontal_bar``.
        document: JSON-able values (boxes, labels, tokens, series …). Where there are planes,
            ``document["planes"]`` names the role of each: ``picture`` (may be stored lossily) or ``mask``
            (class ids; must be stored losslessly), and ``width``, ``height`` give their size.
        planes: pictures, uint8 ``[H, W, 1|3]``, in the order of ``document["planes"]``.
    """

    kind: str
    document: dict[str, Any]
    planes: tuple[NDArray[np.uint8], ...] = ()

    @property
    def image(self) -> NDArray[np.uint8] | None:
        """The first plane, or None."""
        return self.planes[0] if self.planes else None
