"""PyTorch datasets (and anything with ``__len__`` and ``__getitem__``) as an ``Integration``."""

from __future__ import annotations

import hashlib
import inspect
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from percepta.core.errors import IntegrationError, SampleError, Where
from percepta.core.subsets import SampleId
from percepta.integration.arrays import UnsuitableError
from percepta.integration.blame import at_sample, blamed, defined_at
from percepta.integration.builtin import chosen_loss, chosen_metric
from percepta.integration.integration import (
    GroundTruthEncoder,
    InputEncoder,
    Integration,
    Loss,
    MetadataFunction,
    Metric,
    Prediction,
    Reading,
    Scalar,
)
from percepta.integration.items import Item, item_of
from percepta.integration.reading import describe, spread
from percepta.integration.samples import Samples
from percepta.integration.torch_loss import per_sample_loss
from percepta.integration.wiring import Names

Metadata = Callable[[SampleId, Samples], Any]
Measure = str | Callable[..., Any]
Metrics = Measure | Iterable[Measure] | Mapping[str, Measure]
PROBES = 5


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
    asked for a batch at once.

    Args:
        datasets: dataset by subset.
        loss: a built-in loss by name, a PyTorch loss such as ``nn.CrossEntropyLoss()``, or a function
            ``(prediction, target) -> [B]`` on tensors or arrays; None: by the kind of target
            (:mod:`percepta.integration.defaults`).
        metrics: built-in metrics by name, or such functions; a mapping gives them names; None: by the
            kind of target.
        labels: name of each class of the (first) prediction.
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
    )


class DatasetReader:
    """Reads samples out of ``samples.data``, a map-style dataset."""

    def __init__(self, metadata: Metadata | None = None) -> None:
        self.metadata: tuple[MetadataFunction, ...] = ()
        if metadata is not None:
            self.metadata = (MetadataFunction(None, metadata, defined_at(metadata)),)

    def __call__(self, samples: Samples, ids: Sequence[SampleId]) -> list[Reading | SampleError]:
        """Read samples; one call to the dataset where it can give a batch."""
        positions = _positions(samples, ids)
        values = _batch(samples.data, positions)
        readings: list[Reading | SampleError] = []
        for index, (sample_id, position) in enumerate(zip(ids, positions, strict=True)):
            try:
                if values is None:
                    item = self.item(samples, sample_id, position)
                else:
                    item = _taken_apart(values[index], samples, sample_id)
                metadata: dict[str, Scalar] = {}
                for function in self.metadata:
                    describe(function, samples, sample_id, metadata)
            except SampleError as error:
                readings.append(error)
                continue
            readings.append(Reading(item.inputs, item.targets, metadata))
        return readings

    def item(self, samples: Samples, sample_id: SampleId, position: int) -> Item:
        """Ask the dataset for one sample.

        Raises:
            SampleError: it raised, or gave something that is no item.
        """
        try:
            value = samples.data[position]
        except Exception as error:
            place = at_sample(_where(samples.data), samples.subset, sample_id)
            fix = "Fix the dataset for this sample, or leave the sample out."
            name = f"{type(samples.data).__name__}.__getitem__"
            raise blamed(error, SampleError, name, place, fix) from error
        return _taken_apart(value, samples, sample_id)

    def encoder(self, part: str, name: str) -> Callable[[SampleId, Samples], Any]:
        """Return a function that reads one array of one sample, for those who want no more."""

        def read(sample_id: SampleId, samples: Samples) -> Any:
            item = self.item(samples, sample_id, _positions(samples, [sample_id])[0])
            return getattr(item, part)[name]

        return read


def _samples(subset: str, data: Any, ids: Sequence[SampleId] | None) -> Samples:
    where = Where(subset=str(subset))
    kind = type(data).__name__
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
        place = _where(data)
        fix = "Fix it, or give a dataset that knows its length."
        raise blamed(error, IntegrationError, f"{kind}.__len__", place, fix) from error
    if ids is not None and len(ids) != count:
        raise IntegrationError(
            f"There are {len(ids)} ids for {count} samples.", where=where, fix="Give one id each."
        )
    return Samples(subset, count if ids is None else ids, data)


def _positions(samples: Samples, ids: Sequence[SampleId]) -> list[int]:
    if isinstance(samples.ids, range) and samples.ids.start == 0 and samples.ids.step == 1:
        return [int(sample_id) for sample_id in ids]
    return [samples.position(sample_id) for sample_id in ids]


def _batch(data: Any, positions: list[int]) -> Sequence[Any] | None:
    """Ask for a batch at once; None: the dataset cannot, or failed, and is asked one by one."""
    tensors = getattr(data, "tensors", None)
    if tensors is not None and _is_tensor_dataset(data):
        arrays = [tensor.numpy() for tensor in tensors]  # shares the memory
        return [tuple(array[position] for array in arrays) for position in positions]
    fetch = getattr(data, "__getitems__", None)
    if fetch is None:
        return None
    try:
        values = fetch(positions)
    except Exception:  # asked again one by one, which names the sample
        return None
    return values if isinstance(values, Sequence) and len(values) == len(positions) else None


def _is_tensor_dataset(data: Any) -> bool:
    """Whether it is exactly torch's ``TensorDataset`` over tensors on the CPU without gradients."""
    torch = sys.modules.get("torch")
    if torch is None or type(data) is not torch.utils.data.TensorDataset:
        return False
    return all(
        tensor.device.type == "cpu"
        and not tensor.requires_grad
        and tensor.layout is torch.strided
        and tensor.dtype is not torch.bfloat16
        and not tensor.is_conj()
        for tensor in data.tensors
    )


def _taken_apart(value: Any, samples: Samples, sample_id: SampleId) -> Item:
    try:
        return item_of(value, labeled=samples.subset.labeled)
    except UnsuitableError as error:
        raise SampleError(
            f"{type(samples.data).__name__} gave {error.what}.",
            where=at_sample(_where(samples.data), samples.subset, sample_id),
            fix=error.fix,
        ) from None


def _where(data: Any) -> Where:
    return defined_at(getattr(type(data), "__getitem__", None))


def _probe(subsets: Sequence[Samples], reader: DatasetReader) -> Item:
    """Read a sample, to know the names of inputs and targets.

    Raises:
        IntegrationError: none of those tried could be read.
    """
    first: SampleError | None = None
    for samples in sorted(subsets, key=lambda samples: not samples.subset.labeled):
        for sample_id in spread(samples, PROBES):
            try:
                return reader.item(samples, sample_id, _positions(samples, [sample_id])[0])
            except SampleError as error:
                first = first or error
    sentence = first.message if first is not None else ""
    raise IntegrationError(
        f"None of the samples tried could be read. {sentence}",
        where=first.where if first is not None else None,
        fix=first.fix if first is not None else None,
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
