"""Calling a user's function on a batch, and on its samples one by one where it raises for the batch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from percepta.core.errors import IntegrationError, SampleError, Where
from percepta.core.subsets import SampleKey
from percepta.integration.blame import at_sample, blamed, name_of
from percepta.integration.samples import SampleBatch

Arguments = Mapping[str, NDArray[Any] | SampleBatch]
"""What a function receives, by argument: arrays ``[B, …]``, and who the B samples are."""


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """What a function gave.

    Attributes:
        parts: ``(rows, value)``: one for the whole batch, or one per sample that it could be called for.
        failures: by position in the batch, why it could not.
    """

    parts: list[tuple[range, Any]]
    failures: dict[int, SampleError]


def part(arguments: Arguments, index: int) -> dict[str, NDArray[Any] | SampleBatch]:
    """Return the arguments for one sample, as a batch of one."""
    return {name: value[index : index + 1] for name, value in arguments.items()}


def ask(
    function: Callable[..., Any], where: Where, arguments: Arguments, keys: Sequence[SampleKey]
) -> Answers:
    """Call a function on a batch of samples.

    Args:
        function: takes ``arguments`` by name.
        where: where it is defined.
        arguments: for the B samples.
        keys: the samples.

    Raises:
        IntegrationError: the function itself says that it cannot be used so.
    """
    try:
        return Answers([(range(len(keys)), function(**arguments))], {})
    except IntegrationError:
        raise
    except Exception:
        answers = Answers([], {})
    name = name_of(function)
    for index, key in enumerate(keys):
        try:
            answers.parts.append((range(index, index + 1), function(**part(arguments, index))))
        except IntegrationError:
            raise
        except Exception as error:
            place = at_sample(where, key.subset, key.id)
            fix = f"Fix {name}() for this sample, or its ground truth."
            answers.failures[index] = blamed(error, SampleError, name, place, fix)
    return answers
