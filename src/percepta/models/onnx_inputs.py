"""The inputs of an ONNX graph: matched by name, checked for shape, cast to the file's types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import onnx
from onnx import helper

from percepta.core.errors import ModelError, Where
from percepta.models.matching import match_names
from percepta.models.model import Array, TensorSpec


class GraphInputs:
    """The inputs of a graph under the integration's names.

    Args:
        graph: whose inputs without an initial value are to be given.
        names: the integration's, in its order.
        where: the model file, for messages.

    Raises:
        ModelError: the names cannot be matched.
    """

    def __init__(self, graph: onnx.GraphProto, names: Sequence[str], where: Where) -> None:
        initialised = {tensor.name for tensor in graph.initializer}
        self._values = {v.name: v for v in graph.input if v.name not in initialised}
        own = tuple(self._values)
        self._own = match_names(names, own, what="input", required=own, where=where)
        self._where = where
        self.names = tuple(self._own)

    def fixed_batch(self) -> int | None:
        """Return the batch size that the file fixes, or None.

        Raises:
            ModelError: an input is not a tensor of numbers.
        """
        sizes = set()
        for value in self._values.values():
            if not value.type.HasField("tensor_type"):
                message = f"The model's input {value.name} is not a tensor."
                raise ModelError(message, where=self._where, fix="Export it with tensor inputs.")
            if value.type.tensor_type.elem_type == onnx.TensorProto.STRING:
                raise ModelError(
                    f"The model's input {value.name} takes text, not numbers.",
                    where=self._where,
                    fix="Encode the text in the input function and export the part after it.",
                )
            dims = value.type.tensor_type.shape.dim
            if dims and dims[0].HasField("dim_value") and dims[0].dim_value > 0:
                sizes.add(dims[0].dim_value)
        return min(sizes) if sizes else None

    def fit(self, batch: Mapping[str, Array]) -> dict[str, Array]:
        """Return what onnxruntime is fed, by the graph's names.

        Raises:
            ModelError: a shape does not fit, or a cast would lose fractions.
        """
        return {self._own[name]: self._fit_one(name, array) for name, array in batch.items()}

    def own(self, name: str) -> str:
        """Return the graph's name of an input."""
        return self._own[name]

    def spec(self, name: str, array: Array, batch: int | None) -> TensorSpec:
        """Return what an input takes; sizes the file leaves out are those of the example."""
        tensor = self._values[self._own[name]].type.tensor_type
        dtype = np.dtype(helper.tensor_dtype_to_np_dtype(tensor.elem_type)).name
        if not tensor.HasField("shape"):
            return TensorSpec(name, (batch, *array.shape[1:]), dtype)
        sizes = [d.dim_value if d.dim_value > 0 else None for d in tensor.shape.dim]
        return TensorSpec(name, (batch, *sizes[1:]), dtype)

    def _fit_one(self, name: str, array: Array) -> Array:
        """Check an input's shape against the graph's and bring it to the graph's element type."""
        tensor = self._values[self._own[name]].type.tensor_type
        if tensor.HasField("shape"):
            sizes = [d.dim_value if d.HasField("dim_value") else None for d in tensor.shape.dim]
            pairs = zip(sizes[1:], array.shape[1:], strict=False)
            fits = len(sizes) == array.ndim and all(s is None or s <= 0 or s == a for s, a in pairs)
            if not fits:
                raise self._misfit(name, array, sizes[1:])
        dtype = np.dtype(helper.tensor_dtype_to_np_dtype(tensor.elem_type))
        fitted = array.astype(dtype, copy=False)
        whole = dtype.kind in "fc" or array.dtype.kind != "f" or np.array_equal(fitted, array)
        if not whole:
            raise ModelError(
                f"Input {name} has fractions ({array.dtype}), the model takes {dtype}.",
                where=self._where,
                fix=f"Let the input function return whole numbers as {dtype}.",
            )
        return np.ascontiguousarray(fitted)

    def _misfit(self, name: str, array: Array, sizes: Sequence[int | None]) -> ModelError:
        wanted = ", ".join("?" if size is None or size <= 0 else str(size) for size in sizes)
        given = list(array.shape[1:])
        same = sorted(given) == sorted(size or 0 for size in sizes)
        hint = (
            "The sizes are right but in another order: move the channel axis (numpy.moveaxis)."
            if same
            else "Let the input function return that shape (without the batch axis)."
        )
        return ModelError(
            f"One sample of input {name} is {given}, the model takes [{wanted}].",
            where=self._where,
            fix=hint,
        )
