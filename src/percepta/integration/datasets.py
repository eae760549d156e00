"""PyTorch datasets (and anything with ``__len__`` and ``__getitem__``) as an ``Integration``.

Those of torchvision, ``(picture, class number)`` with ``classes``, and of Hugging Face, whose items are dicts
by column (:mod:`percepta.integration.columns`), are among them.
"""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from percepta.core.errors import IntegrationError, SampleError, Where
from percepta.core.subsets import SampleId
from percepta.integration.blame import blamed
from percepta.integration.builtin import chosen_loss, chosen_metric
from percepta.integration.columns import class_names, is_picture
from percepta.integration.dataset_reader import DatasetReader, Metadata, place_of, positions_of
from percepta.integration.integration import Integration
from percepta.integration.items import Item
from percepta.integration.parts import GroundTruthEncoder, InputEncoder, Loss, Metric, Prediction
from percepta.integration.reading import spread
from percepta.integration.samples import Samples
from percepta.integration.torch_loss import per_sample_loss
from percepta.integration.wiring import Names

Measure = str | Callable[..., Any]
Metrics = Measure | Iterable[Measure] | Mapping[str, Measure]
PROBES = 5
_PICTURES_NOTE = (
    "The data set gives pictures without a transform: they became float32 [channels, height, width] in 0..1; "
    "give it the transform of training if that differs."
)


def from_datasets(
    datasets: Mapping[str, Any],
    *,
    loss: Measure | None = None,
    metrics: Metrics | None = None,
    labels: Sequence[str] | None = None,
    metadata: Metadata | None = None,
    ids: Mapping[str, Sequence[SampleId]] | None = None,
    predictions: Sequence[Prediction | str] | None = None,
    name: str = "datasets",
) -> Integration:
    """Make an integration of map-style datasets.

    Items are ``(input, target)``, or just ``input`` in the subset ``unlabeled``; tensors, numpy
    arrays, numbers and Pillow pictures (taken as ``[C, H, W]`` in 0..1) are understood without
    importing torch. Several inputs or targets are dicts by name. A dataset with ``__getitems__`` is
    asked for a batch at once. Items of a dataset with ``features`` are dicts by column: one column is the
    target, arrays and pictures are inputs, other scalars become metadata.

    Args:
        datasets: dataset by subset.
        loss: a built-in loss by name, a PyTorch loss such as ``nn.CrossEntropyLoss()``, or a function
            ``(prediction, target) -> [B]`` on tensors or arrays; None: by the kind of target
            (:mod:`percepta.integration.defaults`).
        metrics: built-in metrics by name, or such functions; a mapping gives them names; None: by the
            kind of target.
        labels: name of each class of the (first) prediction; None: those the dataset knows, its
            ``classes`` or ``features[...].names``.
        metadata: ``(sample_id, samples) -> scalar | flat dict``; ``samples.data`` is the dataset.
        ids: sample ids by subset; otherwise 0, 1, 2 …
        predictions: the model's outputs, in order; otherwise one, named ``prediction``.
        name: name of the integration.

    Raises:
        IntegrationError: a dataset cannot be used, with what to do.
    """
    given: object = datasets  # callers are not type-checked
    if not isinstance(given, Mapping) or not given:
        raise IntegrationError(
            "There are no datasets.",
            fix="Give a dict of them: {'training': train_dataset, 'validation': val_dataset}.",
        )
    subsets = [_samples(key, data, (ids or {}).get(key)) for key, data in datasets.items()]
    reader = DatasetReader(metadata)
    probe = _probe(subsets, reader)
    pictures = _check_pictures(subsets, reader)
    if labels is None:
        labels = next(filter(None, (class_names(samples.data) for samples in subsets)), None)
    outputs = _predictions(predictions, labels)
    names = Names(list(probe.inputs), list(probe.targets), [p.name for p in outputs])
    return Integration(
        name=name,
        subsets=lambda: subsets,
        inputs=tuple(InputEncoder(key, reader.encoder("inputs", key)) for key in probe.inputs),
        ground_truths=tuple(
            GroundTruthEncoder(key, reader.encoder("targets", key)) for key in probe.targets
        ),
        metadata=reader.metadata,
        predictions=outputs,
        losses=tuple(_losses(loss, names, outputs)),
        metrics=tuple(_metrics(metrics, names, outputs)),
        code_hash=_digest(subsets, loss, labels),
        reader=reader,
        notes=(_PICTURES_NOTE,) if pictures else (),
    )


def _samples(subset: str, data: Any, ids: Sequence[SampleId] | None) -> Samples:
    where = Where(subset=str(subset))
    kind = type(data).__name__
    if hasattr(data, "features") and not hasattr(data, "__len__"):
        raise IntegrationError(
            f"A {kind} is a stream: its samples cannot be asked for one by one.",
            where=where,
            fix="Load it without streaming=True, or keep a part of it: "
            "datasets.Dataset.from_list(list(stream.take(1000)), features=stream.features).",
        )
    if hasattr(data, "dataset") and hasattr(data, "batch_size"):
        raise IntegrationError(
            f"A {kind} is not a dataset.", where=where, fix="Give its dataset: loader.dataset."
        )
    if (
        not hasattr(data, "__getitem__")
        or not hasattr(data, "__len__")
        or isinstance(data, Mapping)
    ):
        raise IntegrationError(
            f"A {kind} is not a map-style dataset.",
            where=where,
            fix="Give an object with __len__ and __getitem__(index) -> (input, target).",
        )
    try:
        count = len(data)
    except Exception as error:
        place = place_of(data)
        fix = "Fix it, or give a dataset that knows its length."
        raise blamed(error, IntegrationError, f"{kind}.__len__", place, fix) from error
    if ids is not None and len(ids) != count:
        raise IntegrationError(
            f"There are {len(ids)} ids for {count} samples.", where=where, fix="Give one id each."
        )
    return Samples(subset, count if ids is None else ids, data)


def _probe(subsets: Sequence[Samples], reader: DatasetReader) -> Item:
    """Read a sample, to know the names of inputs and targets.

    Raises:
        IntegrationError: none of those tried could be read.
    """
    first: SampleError | None = None
    for samples in sorted(subsets, key=lambda samples: not samples.subset.labeled):
        for sample_id in spread(samples, PROBES):
            try:
                return reader.item(samples, sample_id, positions_of(samples, [sample_id])[0])
            except SampleError as error:
                first = first or error
    sentence = first.message if first is not None else ""
    raise IntegrationError(
        f"None of the samples tried could be read. {sentence}",
        where=first.where if first is not None else None,
        fix=first.fix if first is not None else None,
    )


def _check_pictures(subsets: Sequence[Samples], reader: DatasetReader) -> bool:
    """Return whether the items are pictures without a transform.

    Raises:
        IntegrationError: they are, of several sizes.
    """
    samples = subsets[0]
    shapes: dict[tuple[int, ...], SampleId] = {}
    for sample_id in spread(samples, PROBES):
        try:
            value = reader.value(samples, sample_id, positions_of(samples, [sample_id])[0])
        except SampleError:
            continue  # told when it is its turn
        given = reader.given(samples, value)
        first = given[0] if isinstance(given, tuple | list) and len(given) else given
        parts = first.values() if isinstance(first, Mapping) else (first,)
        sizes = [part.size for part in parts if is_picture(part)]
        if not sizes:
            return False
        shapes.setdefault(tuple(sizes[0]), sample_id)
    if len(shapes) < 2:
        return bool(shapes)
    (one, first_id), (other, second_id) = list(shapes.items())[:2]
    raise IntegrationError(
        f"The pictures have different sizes: {one[0]} × {one[1]} (sample {first_id}) and "
        f"{other[0]} × {other[1]} (sample {second_id}).",
        where=Where(subset=samples.subset.value),
        fix="Give the data set the transform of training, with a Resize((height, width)) in it: "
        "transform=... in torchvision, .with_transform(...) in Hugging Face's datasets.",
    )


def _predictions(
    given: Sequence[Prediction | str] | None, labels: Sequence[str] | None
) -> tuple[Prediction, ...]:
    if not given:
        return (Prediction("prediction", labels),)
    made = [Prediction(item) if isinstance(item, str) else item for item in given]
    if labels is not None and made[0].labels is None:
        head = made[0]
        made[0] = Prediction(head.name, labels, head.channel_axis, head.activation)
    return tuple(made)


def _losses(
    loss: Measure | None, names: Names, predictions: tuple[Prediction, ...]
) -> Iterable[Loss]:
    if loss is None:
        return
    if callable(loss):
        loss = per_sample_loss(loss)
    made = chosen_loss(loss).build(names, predictions)
    if isinstance(made, Loss):
        yield made


def _metrics(
    metrics: Metrics | None, names: Names, predictions: tuple[Prediction, ...]
) -> Iterable[Metric]:
    if metrics is None:
        return
    if isinstance(metrics, str) or callable(metrics):
        metrics = [metrics]
    named = metrics.items() if isinstance(metrics, Mapping) else [(None, m) for m in metrics]
    for name, metric in named:
        function = per_sample_loss(metric) if callable(metric) else metric
        made = chosen_metric(function, name=name).build(names, predictions)
        if isinstance(made, Metric):
            yield made


def _digest(subsets: Sequence[Samples], loss: Any, labels: Sequence[str] | None) -> str:
    """Hash what is known of the code: the datasets' classes, their lengths, loss and labels."""
    digest = hashlib.sha256()
    for samples in subsets:
        kind = type(samples.data)
        try:
            source = inspect.getsource(kind)
        except (OSError, TypeError):
            source = ""
        digest.update(f"{samples.subset} {len(samples)} {kind.__qualname__} {source}\0".encode())
    shown = loss if isinstance(loss, str) else getattr(loss, "__name__", type(loss).__name__)
    digest.update(f"{shown} {list(labels or [])}".encode())
    return digest.hexdigest()
