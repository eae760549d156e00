"""Cases of elementwise arithmetic, logic, reductions and matrices."""

from __future__ import annotations

import numpy as np

from tests.models.onnx_torch.single import Case, cases

RANDOM = np.random.default_rng(0)


def normal(*shape: int) -> np.ndarray:
    return RANDOM.standard_normal(shape).astype(np.float32)


def positive(*shape: int) -> np.ndarray:
    return (RANDOM.random(shape) + 0.1).astype(np.float32)


def whole(*shape: int, low: int = -5, high: int = 6) -> np.ndarray:
    return RANDOM.integers(low, high, shape).astype(np.int64)


def truth(*shape: int) -> np.ndarray:
    return RANDOM.random(shape) > 0.5


X = normal(2, 3, 4)
UNIT = (RANDOM.random((2, 3)) * 1.8 - 0.9).astype(np.float32)
SPECIAL = np.array([1.0, np.nan, np.inf, -np.inf, 0.0], np.float32)

ELEMENTWISE: list[Case] = [
    *(c for name in ("Abs", "Neg", "Sign") for c in cases(name, (9, 13), [X])),
    *cases("Abs", 13, [whole(4)]),
    *cases("Neg", 13, [whole(4)]),
    *(c for name in ("Ceil", "Floor", "Exp", "Identity") for c in cases(name, (7, 13), [X])),
    *cases("Identity", 16, [whole(3)]),
    *cases("Round", (11, 22), [np.array([0.5, 1.5, 2.5, -0.5, -1.5, 0.49], np.float32)]),
    *(c for name in ("Acos", "Asin", "Atan", "Cos", "Sin", "Tan") for c in cases(name, 7, [UNIT])),
    *(c for name in ("Asinh", "Atanh", "Cosh", "Sinh", "Erf") for c in cases(name, 9, [UNIT])),
    *cases("Acosh", (9, 22), [positive(4) + 1]),
    *(c for name in ("Log", "Sqrt", "Reciprocal") for c in cases(name, (7, 13), [positive(3, 2)])),
    *(
        c
        for name in ("Add", "Sub", "Mul", "Div")
        for c in cases(name, (7, 13, 14), [normal(2, 3, 4), positive(3, 1)])
    ),
    *cases("Add", 14, [whole(2, 3), whole(3)]),
    *cases("Div", 14, [np.array([7, -7, 7, -7]), np.array([2, 2, -2, -2])]),
    *cases("Div", 14, [np.array([7, -7], np.int32), np.array([2, -2], np.int32)]),
    *cases("Mod", (10, 13), [np.array([7, -7, 7, -7]), np.array([3, 3, -3, -3])]),
    *cases(
        "Mod", 13, [np.array([5.3, -5.3], np.float32), np.array([2.0, 2.0], np.float32)], fmod=1
    ),
    *cases("Pow", (7, 12, 15), [positive(2, 3), normal(3)]),
    *cases("Pow", 13, [whole(4, low=0), np.array(2)]),
    *cases("Pow", 13, [positive(4), np.array(2)]),
    *(c for name in ("Max", "Min") for c in cases(name, (8, 12, 13), [X, normal(3, 1), normal(4)])),
    *cases("Max", 13, [whole(3), whole(3)]),
    *(c for name in ("Sum", "Mean") for c in cases(name, (8, 13), [X, normal(3, 1), normal(4)])),
    *cases("Sum", 13, [X]),
    *cases("Clip", (7, 10), [X], min=-0.5, max=0.7),
    *cases("Clip", 7, [X], min=0.0),
    *cases("Clip", (11, 12, 13), [X, np.float32(-0.5), np.float32(0.7)]),
    *cases("Clip", 13, [X, None, np.float32(0.7)]),
    *cases("Clip", 13, [X, np.float32(0.1)]),
    *cases("Clip", 13, [X]),
    *cases("Clip", 12, [whole(6), np.array(-2), np.array(3)]),
    *(
        c
        for exclusive in (0, 1)
        for reverse in (0, 1)
        for c in cases("CumSum", (11, 14), [X, np.array(1)], exclusive=exclusive, reverse=reverse)
    ),
    *cases("CumSum", 14, [whole(5).astype(np.int32), np.array(-1)]),
]

ACTIVATIONS: list[Case] = [
    *(c for name in ("Relu", "Sigmoid", "Tanh") for c in cases(name, (7, 13), [X])),
    *cases("Relu", 14, [X]),
    *cases("LeakyRelu", (7, 16), [X], alpha=0.2),
    *cases("LeakyRelu", 7, [X]),
    *cases("Elu", (7, 22), [X], alpha=1.5),
    *cases("Celu", 12, [X], alpha=1.5),
    *cases("Selu", (7, 22), [X], alpha=1.2, gamma=1.1),
    *cases("Selu", 7, [X]),
    *cases("HardSigmoid", (7, 22), [4 * X], alpha=0.3, beta=0.4),
    *cases("HardSwish", (14, 22), [4 * X]),
    *cases("Softplus", (7, 22), [30 * X]),
    *cases("Softsign", (7, 22), [X]),
    *cases("ThresholdedRelu", (10, 22), [X], alpha=0.3),
    *cases("PRelu", (7, 9, 16), [normal(2, 3, 4, 4), normal(3, 1, 1)]),
    *cases("PRelu", 16, [X, normal(1)]),
    *cases("Gelu", 20, [X]),
    *cases("Gelu", 20, [X], approximate="tanh"),
    *cases("Mish", (18, 22), [X]),
    *cases("Shrink", 9, [X], bias=0.2, lambd=0.6),
    *(
        c
        for name in ("Softmax", "LogSoftmax", "Hardmax")
        for axis in (0, 1, 2)
        for c in cases(name, (7, 11, 13), [X], axis=axis)
    ),
    *(c for name in ("Softmax", "LogSoftmax", "Hardmax") for c in cases(name, (9, 17), [X])),
    *cases("Softmax", 11, [X], axis=-2),
]

LOGIC: list[Case] = [
    *(c for name in ("And", "Or", "Xor") for c in cases(name, 7, [truth(2, 3), truth(3)])),
    *cases("Not", 7, [truth(4)]),
    *(
        c
        for name, opsets in (
            ("Equal", (7, 11, 13, 19)),
            ("Greater", (9, 13)),
            ("Less", (9, 13)),
            ("GreaterOrEqual", (12, 16)),
            ("LessOrEqual", (12, 16)),
        )
        for c in cases(name, opsets, [whole(2, 3).astype(np.int32), whole(3).astype(np.int32)])
    ),
    *cases("Greater", (7, 9), [X, normal(4)]),
    *cases("Less", (7, 9), [X, normal(4)]),
    *cases("Equal", 13, [truth(3), truth(3)]),
    *cases("IsNaN", (9, 13), [SPECIAL]),
    *cases("IsInf", (10, 20), [SPECIAL]),
    *cases("IsInf", 10, [SPECIAL], detect_negative=0),
    *cases("IsInf", 10, [SPECIAL], detect_positive=0),
    *(
        c
        for name in ("BitwiseAnd", "BitwiseOr", "BitwiseXor")
        for c in cases(name, 18, [whole(5).astype(np.int32), whole(5).astype(np.int32)])
    ),
    *cases("BitwiseNot", 18, [whole(5).astype(np.int32)]),
    *(
        c
        for direction in ("LEFT", "RIGHT")
        for c in cases(
            "BitShift",
            11,
            [np.array([16, 4, 1], np.uint8), np.array([1, 2, 0], np.uint8)],
            direction=direction,
        )
    ),
    *cases("Where", (9, 16), [truth(3, 1), X, normal(4)]),
    *cases("Where", 16, [truth(3), whole(3), whole(3)]),
]

_FLOAT_REDUCTIONS = (
    "ReduceL1",
    "ReduceL2",
    "ReduceMax",
    "ReduceMean",
    "ReduceMin",
    "ReduceProd",
    "ReduceSum",
    "ReduceSumSquare",
    "ReduceLogSumExp",
    "ReduceLogSum",
)

REDUCTIONS: list[Case] = []
for name in _FLOAT_REDUCTIONS:
    P = positive(2, 3, 4)
    late = 13 if name == "ReduceSum" else 18
    early = (7, 11) if name == "ReduceSum" else (7, 11, 13)
    REDUCTIONS += cases(name, early, [P], axes=[1], keepdims=0)
    REDUCTIONS += cases(name, early, [P], axes=[0, 2])
    REDUCTIONS += cases(name, 11, [P], axes=[-1], keepdims=0)
    REDUCTIONS += cases(name, 11, [P])
    REDUCTIONS += cases(name, late, [P, np.array([-1, 0])], keepdims=0)
    REDUCTIONS += cases(name, late, [P])
    REDUCTIONS += cases(name, late, [P], keepdims=0)
    if name in ("ReduceSum", "ReduceMean", "ReduceMax"):
        REDUCTIONS += cases(name, late, [P], noop_with_empty_axes=1)
REDUCTIONS += [
    *cases("ReduceMax", 13, [whole(2, 3)], axes=[1]),
    *cases("ReduceSum", 13, [whole(2, 3), np.array([1])]),
    *cases("ReduceProd", 13, [whole(2, 3)], axes=[1]),
    *(
        c
        for name in ("ArgMax", "ArgMin")
        for c in [
            *cases(name, (7, 11, 13), [X], axis=1),
            *cases(name, 13, [X], axis=-1, keepdims=0),
            *cases(name, 12, [np.array([[1, 3, 3, 1]], np.float32)], axis=1),
            *cases(name, 12, [np.array([[1, 3, 3, 1]], np.float32)], axis=1, select_last_index=1),
        ]
    ),
]

MATRIX: list[Case] = [
    *cases("MatMul", (7, 9, 13), [normal(2, 3, 4), normal(4, 5)]),
    *cases("MatMul", 13, [normal(2, 1, 3, 4), normal(3, 4, 2)]),
    *cases("MatMul", 13, [normal(4), normal(4, 2)]),
    *cases("Gemm", (7, 9, 11, 13), [normal(3, 4), normal(4, 5), normal(5)]),
    *cases("Gemm", 11, [normal(3, 4), normal(4, 5)]),
    *cases(
        "Gemm",
        13,
        [normal(4, 3), normal(5, 4), normal(3, 1)],
        alpha=0.5,
        beta=2.0,
        transA=1,
        transB=1,
    ),
    *cases("Einsum", 12, [normal(2, 3, 4), normal(2, 4, 5)], equation="bij, bjk -> bik"),
    *cases("Einsum", 12, [normal(2, 3), normal(3)], equation="...i,i->..."),
    *cases("Einsum", 12, [normal(3, 3)], equation="ii->i"),
    *cases("Det", (11, 22), [normal(2, 3, 3)]),
]

MICROSOFT: list[Case] = [
    *cases("Gelu", 1, [X], domain="com.microsoft"),
    *cases("BiasGelu", 1, [X, normal(4)], domain="com.microsoft"),
    *cases("FastGelu", 1, [X, normal(4)], domain="com.microsoft"),
    *cases("FastGelu", 1, [X], domain="com.microsoft"),
    *cases("QuickGelu", 1, [X], domain="com.microsoft", alpha=1.5),
    *cases(
        "FusedMatMul",
        1,
        [normal(2, 4, 3), normal(2, 5, 4)],
        domain="com.microsoft",
        alpha=0.5,
        transA=1,
        transB=1,
    ),
    *cases(
        "FusedGemm",
        1,
        [normal(3, 4), normal(4, 5), normal(5)],
        domain="com.microsoft",
        activation="LeakyRelu",
        activation_alpha=0.1,
    ),
    *cases(
        "FusedGemm",
        1,
        [normal(3, 4), normal(5, 4)],
        domain="com.microsoft",
        activation="Relu",
        transB=1,
    ),
    *(
        c
        for name, values in (
            ("Relu", None),
            ("Tanh", None),
            ("LeakyRelu", [0.2]),
            ("Clip", [-0.3, 0.4]),
            ("HardSigmoid", [0.3, 0.5]),
        )
        for c in cases(
            "FusedConv",
            1,
            [normal(2, 3, 5, 5), normal(4, 3, 3, 3), normal(4)],
            domain="com.microsoft",
            activation=name,
            pads=[1, 1, 1, 1],
            kernel_shape=[3, 3],
            **({"activation_params": values} if values else {}),
        )
    ),
    *cases(
        "FusedConv",
        1,
        [normal(2, 3, 5, 5), normal(4, 3, 3, 3), normal(4), normal(2, 4, 3, 3)],
        domain="com.microsoft",
        activation="Relu",
        kernel_shape=[3, 3],
    ),
    *cases(
        "SkipLayerNormalization",
        1,
        [normal(2, 3, 8), normal(2, 3, 8), normal(8), normal(8), normal(8)],
        domain="com.microsoft",
        epsilon=1e-5,
        outputs=(0, 3),
    ),
    *cases(
        "SkipSimplifiedLayerNormalization",
        1,
        [normal(2, 3, 8), normal(2, 3, 8), normal(8)],
        domain="com.microsoft",
        epsilon=1e-5,
        outputs=(0, 3),
    ),
]
