"""Parsing a script: its subsets, and a first try of every function that describes a sample."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from percepta.core.errors import IntegrationError
from percepta.integration.blame import defined_at, name_of
from percepta.integration.code_loader.module.contract.datasetclasses import PreprocessResponse
from percepta.integration.code_loader.module.contract.enums import DataStateEnum, DataStateType

if TYPE_CHECKING:
    from percepta.integration.code_loader.module.inner_leap_binder.leapbinder import LeapBinder

Responses = dict[DataStateEnum, PreprocessResponse]
PartKind = Literal["input", "ground_truth", "metadata"]


@dataclass(frozen=True)
class Part:
    """A function that describes a sample.

    Attributes:
        kind: what it gives.
        name: the registered name.
        function: ``(sample_id, preprocess) -> value``.
        handler: what the binder keeps of it.
    """

    kind: PartKind
    name: str
    function: Callable[..., Any]
    handler: Any


def parts(binder: LeapBinder) -> Iterator[Part]:
    """Return every function that describes a sample: inputs, ground truths, metadata."""
    setup = binder.setup_container
    kinds: tuple[tuple[PartKind, Any], ...] = (
        ("input", setup.inputs),
        ("ground_truth", setup.ground_truths),
        ("metadata", setup.metadata),
    )
    for kind, handlers in kinds:
        for handler in handlers:
            yield Part(kind, handler.name, handler.function, handler)


def responses(binder: LeapBinder) -> Responses:
    """Run the script's function for the subsets, and the one for unlabeled samples.

    Raises:
        IntegrationError: there is none, or it gives something else than subsets of different states.
    """
    setup = binder.setup_container
    if setup.preprocess is None:
        raise IntegrationError(
            "The script says nothing about its samples.",
            fix="Write a function under @tensorleap_preprocess() that returns a list of "
            "PreprocessResponse.",
        )
    function = setup.preprocess.function
    found = by_state(function(), function)
    unlabeled = setup.unlabeled_data_preprocess
    if unlabeled is not None:
        found[DataStateEnum.unlabeled] = unlabeled.function()
    return found


def by_state(result: Any, function: Callable[..., Any]) -> Responses:
    """Sort subsets by their state; those without one get it by their position.

    Raises:
        IntegrationError: it is no list of distinct ``PreprocessResponse``, or a state appears twice.
    """
    where, name = defined_at(function), name_of(function)
    if not isinstance(result, list | tuple) or not result:
        what = "an empty list" if isinstance(result, list | tuple) else f"{_a(result)}"
        raise IntegrationError(
            f"{name}() returned {what}.",
            where=where,
            fix="Return a list of PreprocessResponse, one for training and one for validation.",
        )
    odd = [item for item in result if not isinstance(item, PreprocessResponse)]
    if odd:
        raise IntegrationError(
            f"{name}() returned a list with {_a(odd[0])} in it.",
            where=where,
            fix="Put only PreprocessResponse into it.",
        )
    order = list(DataStateType)
    found: Responses = {}
    for position, response in enumerate(result):
        if response.state is None:
            response.state = order[min(position, len(order) - 1)]
        state = DataStateEnum[response.state.name]
        if state in found:
            raise IntegrationError(
                f"{name}() returned the state {response.state.name!r} twice.",
                where=where,
                fix="Give every PreprocessResponse a state of its own.",
            )
        found[state] = response
    if len({response.is_grouped for response in found.values()}) > 1:
        raise IntegrationError(
            f"{name}() returned grouped ids for some subsets and flat ids for others.",
            where=where,
            fix="Group the ids of all subsets, or of none.",
        )
    return found


def check_states(binder: LeapBinder, found: Mapping[DataStateEnum, PreprocessResponse]) -> None:
    """Refuse subsets without training or validation samples, as the public API does.

    Raises:
        IntegrationError: one of them is missing or empty.
    """
    handler = binder.setup_container.preprocess
    if handler is None:
        return
    for state in (DataStateEnum.training, DataStateEnum.validation):
        if state not in found or not len(found[state]):
            raise IntegrationError(
                f"{name_of(handler.function)}() gives no {state.name} samples.",
                where=defined_at(handler.function),
                fix="Return a PreprocessResponse for training and one for validation.",
            )


def first_sample(response: PreprocessResponse) -> Any:
    """Return what encoders get for the first sample: its id, or its group of ids."""
    return response.groups[0] if response.groups else response.flat_sample_ids[0]


def try_part(
    part: Part, found: Mapping[DataStateEnum, PreprocessResponse]
) -> dict[DataStateEnum, Any]:
    """Call a function for the first sample of every subset; ground truths not for unlabeled ones."""
    results = {}
    for state, response in found.items():
        if part.kind == "ground_truth" and state is DataStateEnum.unlabeled:
            continue
        results[state] = part.function(first_sample(response), response)
    return results


def _a(value: object) -> str:
    return "None" if value is None else f"a {type(value).__name__}"
