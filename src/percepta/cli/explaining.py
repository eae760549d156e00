"""Explaining samples from the command line, in this process."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from percepta.core.errors import NotFoundError, TargetError

if TYPE_CHECKING:
    from percepta.core.targets import Target
    from percepta.engine.explain import Explainer
    from percepta.engine.portraits import Portrait
    from percepta.jobs.secrets import Secret
    from percepta.storage import Run, Workspace


@dataclass(frozen=True, slots=True)
class Asking:
    """What the command line asks of an explanation; see ``percepta explain --help``."""

    samples: tuple[str, ...]
    rows: tuple[int, ...]
    against: str | None
    classes: tuple[str, ...]
    at: str | None
    loss: bool
    named: tuple[str, ...]
    values: tuple[str, ...]
    prediction: str | None
    method: str | None
    layers: tuple[str, ...] | None
    signed: bool | None
    seed: int
    channels: bool


def explain_samples(
    workspace: Workspace,
    run_id: str,
    asking: Asking,
    to: Path | None,
    *,
    secrets: Sequence[Secret],
    as_json: bool,
) -> None:
    """Explain a sample, several beside each other, or as another run's version sees them too."""
    from percepta.cli import portraits as told
    from percepta.cli.evaluation import find_run
    from percepta.engine.comparing import Comparison
    from percepta.jobs.answering.opening import open_explainer
    from percepta.jobs.secrets import given_here

    run = workspace.run(find_run(workspace, run_id).id)
    rows = rows_of(run, asking.samples, asking.rows)
    if asking.channels and (len(rows) > 1 or asking.against is not None):
        raise TargetError(
            "The samples that excite channels are told of one sample at a time.",
            fix="Leave out --channels, or name one sample.",
        )
    with given_here(secrets), closing(open_explainer(workspace, run)) as explainer:
        targets = _targets(explainer, rows, asking)
        made = [_portrait(workspace, explainer, row, targets, asking) for row in rows]
        if asking.against is not None:
            other = workspace.run(find_run(workspace, asking.against).id)
            made += _against(workspace, explainer, other, rows, targets, asking)
    drawn = to is not None or any(told.needs_a_picture(one) for one in made)
    file = to or _file_name(run, made)
    if len(made) == 1:
        written = made[0].save(file) if drawn else None
        known = run if asking.channels else None
        if as_json:
            typer.echo(json.dumps(told.portrait_to_json(made[0], written, known)))
        else:
            told.print_portrait(made[0], written, known)
        return
    comparison = Comparison(tuple(made))
    written = comparison.save(file) if drawn else None
    if as_json:
        typer.echo(json.dumps(told.comparison_to_json(comparison, written)))
    else:
        told.print_comparison(comparison, written)


def _portrait(
    workspace: Workspace,
    explainer: Explainer,
    row: int,
    targets: tuple[Target, ...],
    asking: Asking,
) -> Portrait:
    from percepta.engine.explanation import Wish
    from percepta.engine.portraits import portrait

    wish = Wish((row,), targets, asking.method, asking.layers, asking.signed, asking.seed)
    version = workspace.catalogue.run(explainer.run.id).version
    return portrait(explainer, wish, workspace.catalogue.version(version).name)


def _against(
    workspace: Workspace,
    explainer: Explainer,
    other: Run,
    rows: Sequence[int],
    targets: Sequence[Target],
    asking: Asking,
) -> list[Portrait]:
    """Explain the same samples and targets with the version of another run."""
    from percepta.engine.comparing import same_target
    from percepta.jobs.answering.opening import open_explainer

    found = []
    for key in (explainer.run.key(row) for row in rows):
        row = other.locate(key.subset, key.id)
        if row is None:
            raise NotFoundError(
                f"The run {other.id[:8]} has no sample {key}.",
                fix="It failed there, or was not evaluated: choose another sample or run.",
            )
        found.append(row)
    with closing(open_explainer(workspace, other)) as there:
        same = tuple(same_target(target, explainer, there) for target in targets)
        return [_portrait(workspace, there, row, same, asking) for row in found]


def rows_of(run: Run, samples: Sequence[str], rows: Sequence[int]) -> list[int]:
    """Return the rows of samples that are named, and of rows.

    Raises:
        NotFoundError: none is given, or the run lacks one.
    """
    from percepta.engine.asking import row_of

    for row in rows:
        run.key(row)  # raises where there is none
    found = [row_of(run, sample) for sample in samples] + list(rows)
    if not found:
        raise NotFoundError("No sample is named.", fix="Write e.g. validation/17, or --row 17.")
    return found


def _targets(explainer: Explainer, rows: Sequence[int], asking: Asking) -> tuple[Target, ...]:
    """Return what is explained of every sample: what is asked for, else what is said or true of any."""
    from percepta.engine.asking import (
        class_target,
        named_target,
        place_of,
        usual_targets,
        value_target,
    )

    at = None if asking.at is None else place_of(asking.at)
    targets: list[Target] = [
        class_target(explainer, wanted, asking.prediction, at) for wanted in asking.classes
    ]
    if asking.loss:
        targets.append(explainer.first_loss())
    targets += [named_target(explainer, name) for name in asking.named]
    targets += [
        value_target(explainer, place_of(place), asking.prediction) for place in asking.values
    ]
    if targets:
        return tuple(targets)
    usual = [usual_targets(explainer, row, asking.prediction) for row in rows]
    return tuple(dict.fromkeys(target for those in usual for target in those))


def _file_name(run: Run, made: Sequence[Portrait]) -> Path:
    keys = dict.fromkeys(str(key) for portrait in made for key in portrait.keys)
    sample = "-".join("".join(c if c.isalnum() else "-" for c in key) for key in keys)
    versions = dict.fromkeys(portrait.version for portrait in made)
    told = "-".join(versions) + "-" if len(versions) > 1 else ""
    return Path(f"{run.id[:8]}-{told}{sample[:80]}-{made[0].method}.png")
