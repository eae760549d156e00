"""What a heat map explains: one number of the model's about a sample."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Literal

from percepta.core.errors import TargetError

Region = Literal["predicted", "true", "everywhere"]


@dataclass(frozen=True, slots=True)
class ClassTarget:
    """The score of a class.

    Attributes:
        prediction: name of the prediction.
        index: the class.
        region: of a prediction with positions (pixels, tokens), those whose score counts: where the model
            ``predicted`` the class, where it is ``true``, or ``everywhere``.
        at: the one position whose score counts instead, such as that of a token; None: the region.
    """

    kind: ClassVar[str] = "class"
    prediction: str
    index: int
    region: Region = "predicted"
    at: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class LossTarget:
    """A loss: what raises it speaks for the target, what lowers it against."""

    kind: ClassVar[str] = "loss"
    name: str = "loss"


@dataclass(frozen=True, slots=True)
class ScalarTarget:
    """A number that the integration names, by ``@percepta.target``."""

    kind: ClassVar[str] = "scalar"
    name: str


@dataclass(frozen=True, slots=True)
class OutputTarget:
    """One value of an output, such as the objectness of a box.

    Attributes:
        prediction: name of the prediction.
        at: the place of the value in one sample's output.
    """

    kind: ClassVar[str] = "output"
    prediction: str
    at: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class DirectionTarget:
    """The similarity to some samples: how far the latent vector points to them from the population's mean.

    Attributes:
        space: name of the latent space.
        rows: the samples.
    """

    kind: ClassVar[str] = "direction"
    space: str
    rows: tuple[int, ...]


Target = ClassTarget | LossTarget | ScalarTarget | OutputTarget | DirectionTarget

_KINDS: dict[str, type[Any]] = {
    kind.kind: kind
    for kind in (ClassTarget, LossTarget, ScalarTarget, OutputTarget, DirectionTarget)
}


def target_to_json(target: Target) -> dict[str, Any]:
    """Return the JSON form."""
    return {"kind": target.kind, **asdict(target)}


def target_from_json(value: dict[str, Any]) -> Target:
    """Read what :func:`target_to_json` wrote.

    Raises:
        TargetError: it is of no known kind, or lacks something.
    """
    given = dict(value)
    kind = _KINDS.get(given.pop("kind", None))
    if kind is None:
        raise TargetError("The target is of no known kind.", fix=f"Known: {', '.join(_KINDS)}.")
    for name in ("at", "rows"):
        if given.get(name) is not None:
            given[name] = tuple(given[name])
    try:
        target: Target = kind(**given)
    except TypeError as error:
        raise TargetError(f"The target lacks something, or has too much: {error}.") from None
    return target
