"""Cases of shapes and indexing."""

from __future__ import annotations

import numpy as np
from onnx import TensorProto, numpy_helper

from tests.models.onnx_torch.numeric_cases import X, normal, truth, whole
from tests.models.onnx_torch.single import Case, cases

FLOAT, INT64, BOOL = TensorProto.FLOAT, TensorProto.INT64, TensorProto.BOOL


def tensor(array: np.ndarray) -> TensorProto:
    return numpy_helper.from_array(np.asarray(array))


SHAPES: list[Case] = [
    *cases("Shape", (7, 13, 15), [X]),
    *cases("Shape", (15, 19), [X], start=1, end=-1),
    *cases("Size", (7, 13), [X]),
    *cases("Reshape", (7, 13, 14, 19), [X, np.array([0, -1])]),
    *cases(
        "Reshape", 14, [np.zeros((0, 3), np.float32), np.array([3, 0])], allowzero=1, smooth=False
    ),
    *(c for axis in (0, 1, 2, -1) for c in cases("Flatten", (11, 13), [X], axis=axis)),
    *cases("Flatten", 7, [X]),
    *cases("Squeeze", (7, 11), [normal(1, 3, 1, 2)], axes=[0, 2]),
    *cases("Squeeze", 11, [normal(1, 3, 1)]),
    *cases("Squeeze", (13, 21), [normal(1, 3, 1, 2), np.array([-2])]),
    *cases("Unsqueeze", (7, 11), [X], axes=[0, 3]),
    *cases("Unsqueeze", (13, 21), [X, np.array([-1, 1])]),
    *cases("Transpose", (7, 13), [X], perm=[2, 0, 1]),
    *cases("Transpose", 13, [X]),
    *cases("Concat", (7, 11, 13), [X, normal(2, 5, 4), normal(2, 1, 4)], axis=1),
    *cases("Concat", 13, [whole(2), whole(3)], axis=-1),
    *cases("Split", (7, 11), [X], axis=2, split=[1, 3], outputs=(0, 1)),
    *cases("Split", (7, 13), [X], axis=2, outputs=(0, 1)),
    *cases("Split", 13, [X, np.array([1, 2])], axis=1, outputs=(0, 1)),
    *cases("Split", 18, [X], axis=1, num_outputs=2, outputs=(0, 1)),
    *cases("Expand", (8, 13), [normal(3, 1), np.array([2, 1, 4])]),
    *cases("Expand", 13, [X, np.array([1, 1])]),
    *cases("Expand", 13, [normal(1, 3), np.array([2, 3])]),
    *cases("Tile", (7, 13), [X, np.array([1, 2, 3])]),
    *cases("Constant", (7, 13), [], value=tensor(normal(2, 2))),
    *cases("Constant", 13, [], value_ints=[1, 2]),
    *cases("Constant", 13, [], value_int=3),
    *cases("Constant", 13, [], value_floats=[1.5, 2.0]),
    *cases("Constant", 13, [], value_float=1.5),
    *cases("ConstantOfShape", (9, 21), [np.array([2, 3])]),
    *cases("ConstantOfShape", 9, [np.array([2])], value=tensor(np.array([7]))),
    *cases("EyeLike", (9, 22), [normal(3, 4)], k=1),
    *cases("EyeLike", 9, [normal(2, 2)], dtype=INT64),
    *cases("Range", 11, [np.array(2), np.array(11), np.array(3)]),
    *cases("Range", 11, [np.float32(1), np.float32(-2), np.float32(-0.5)]),
    *(
        c
        for upper in (0, 1)
        for c in cases("Trilu", 14, [normal(2, 3, 4), np.array(1)], upper=upper)
    ),
    *cases("Trilu", 14, [normal(3, 3)]),
    *(
        c
        for mode in ("DCR", "CRD")
        for c in cases("DepthToSpace", (11, 13), [normal(2, 8, 2, 3)], blocksize=2, mode=mode)
    ),
    *cases("DepthToSpace", 7, [normal(1, 4, 2, 3)], blocksize=2),
    *cases("SpaceToDepth", (7, 13), [normal(2, 3, 4, 6)], blocksize=2),
    *(
        c
        for to in (INT64, BOOL, TensorProto.DOUBLE)
        for c in cases("Cast", (9, 13, 19), [3 * X], to=to)
    ),
    *cases("Cast", 13, [truth(3)], to=FLOAT),
    *cases("Cast", 13, [X], to=TensorProto.FLOAT16, tolerance=1e-2, smooth=False),
    *cases("CastLike", (15, 19), [3 * X, whole(1)]),
    *cases("Dropout", (7, 10), [X], ratio=0.4),
    *cases("Dropout", (12, 13), [X, np.float32(0.4)], outputs=(0, 1)),
]

_TIED = np.array([[3, 1, 3, 2, 3]], np.float32)

INDEXING: list[Case] = [
    *(
        c
        for axis in (0, 1, 2)
        for c in cases("Gather", (7, 11, 13), [X, np.array([[0, 1], [1, 0]])], axis=axis)
    ),
    *cases("Gather", 13, [X, np.array(-1)], axis=-1),
    *cases("Gather", 13, [whole(5), np.array([2, -1], np.int32)]),
    *cases("Gather", 13, [normal(5), np.array(2)]),
    *cases("GatherND", 13, [normal(5), np.array([2])]),
    *cases("GatherElements", (11, 13), [X, whole(2, 3, 2, low=-4, high=4)], axis=2),
    *cases("GatherND", (11, 12, 13), [X, np.array([[0, 1], [1, -1]])]),
    *cases("GatherND", 13, [X, np.array([[1], [0]])], batch_dims=1),
    *cases("GatherND", 13, [X, np.array([[[0, 1, 2]], [[1, 0, 3]]])]),
    *cases(
        "ScatterElements",
        (11, 13, 16, 18),
        [X, np.array([[[0, -1, 2, 1]]]), normal(1, 1, 4)],
        axis=1,
    ),
    *cases("Scatter", 9, [X, np.array([[[0, 2, 2, 1]]]), normal(1, 1, 4)], axis=1),
    *(
        c
        for reduction, opset in (("add", 16), ("mul", 16), ("max", 18), ("min", 18))
        for c in [
            *cases(
                "ScatterElements",
                opset,
                [X, np.array([[[0], [0], [-1]]]), normal(1, 3, 1)],
                axis=2,
                reduction=reduction,
            ),
            *cases(
                "ScatterND",
                opset,
                [X, np.array([[0, 1], [0, 1], [1, 2]]), normal(3, 4)],
                reduction=reduction,
            ),
        ]
    ),
    *cases("ScatterND", (11, 13), [X, np.array([[0, 1], [1, -1]]), normal(2, 4)]),
    *cases("ScatterND", 16, [X, np.array([[[0, 1, 3]], [[1, -1, 0]]]), normal(2, 1)]),
    *cases("Slice", (7, 9), [X], starts=[0, 1], ends=[1, 9999], axes=[0, 2]),
    *cases("Slice", 7, [X], starts=[0, -2], ends=[1, -1]),
    *cases(
        "Slice",
        (10, 11, 13),
        [X, np.array([1, 0]), np.array([3, 2**62]), np.array([1, -1]), np.array([1, 2])],
    ),
    *cases("Slice", 13, [X, np.array([-1]), np.array([-(2**62)]), np.array([2]), np.array([-1])]),
    *cases("Slice", 13, [X, np.array([3]), np.array([0]), np.array([2]), np.array([-2])]),
    *cases("Slice", 13, [X, np.array([2**62]), np.array([-3]), np.array([2]), np.array([-1])]),
    *cases("Slice", 13, [X, np.array([1]), np.array([2])]),
    *cases("Slice", 13, [X, np.array([1]), np.array([2**63 - 1])]),
    *cases("Slice", 13, [X, np.array([3]), np.array([-(2**63)]), np.array([2]), np.array([-2])]),
    *cases("TopK", 7, [X], k=2, axis=2, outputs=(0, 1)),
    *cases("TopK", 10, [X, np.array([2])], axis=1, outputs=(0, 1)),
    *cases("TopK", 11, [X, np.array([3])], largest=0, outputs=(0, 1)),
    *cases("TopK", 11, [_TIED, np.array([4])], outputs=(0, 1), smooth=False),
    *cases("TopK", 11, [whole(6), np.array([2])], outputs=(0, 1)),
    *cases("NonZero", (9, 13), [whole(3, 4, low=0, high=2)]),
    *(
        c
        for axis in (-1, 0, 1)
        for c in cases(
            "OneHot",
            (9, 11),
            [np.array([[0, 2], [-1, 7]]), np.array([3]), np.array([0.5, 2], np.float32)],
            axis=axis,
        )
    ),
    *cases("Compress", (9, 11), [X, np.array([True, False, True])], axis=1),
    *cases("Compress", 11, [X, np.array([False, True, True, False, True])]),
    *cases("ReverseSequence", 10, [normal(4, 3, 2), np.array([1, 4, 2])]),
    *cases(
        "ReverseSequence", 10, [normal(3, 4, 2), np.array([1, 4, 2])], batch_axis=0, time_axis=1
    ),
    *(
        c
        for opset, mode in ((16, "bilinear"), (16, "nearest"), (16, "bicubic"), (20, "linear"))
        for padding in ("zeros", "border", "reflection")
        for align in (0, 1)
        for c in cases(
            "GridSample",
            opset,
            [normal(2, 3, 4, 5), 1.3 * np.tanh(normal(2, 3, 3, 2))],
            mode=mode,
            padding_mode=padding,
            align_corners=align,
            tolerance=1e-4,
        )
    ),
]
