"""Cases of recurrence and quantisation."""

from __future__ import annotations

import numpy as np

from tests.models.onnx_torch.numeric_cases import X, normal, positive, whole
from tests.models.onnx_torch.single import Case, cases

T, B, C, H = 4, 3, 2, 5
LENGTHS = np.array([4, 1, 3], np.int32)


def _recurrent(name: str, gates: int, outputs: int) -> list[Case]:
    def weights(d: int) -> list[np.ndarray]:
        return [
            0.5 * normal(d, gates * H, C),
            0.5 * normal(d, gates * H, H),
            normal(d, 2 * gates * H),
        ]

    def initial(d: int) -> list[np.ndarray]:
        return [normal(d, B, H) for _ in range(outputs - 1)]

    x, every = normal(T, B, C), tuple(range(outputs))
    made = cases(name, (7, 14), [x, *weights(1)], hidden_size=H, outputs=every)
    made += cases(name, 14, [x, *weights(1)[:2]], hidden_size=H, outputs=(0,))
    made += cases(name, 14, [x, *weights(1)], hidden_size=H, direction="reverse", outputs=every)
    made += cases(name, 14, [x, *weights(1), LENGTHS, *initial(1)], hidden_size=H, outputs=every)
    made += cases(
        name,
        14,
        [x, *weights(2), LENGTHS, *initial(2)],
        hidden_size=H,
        direction="bidirectional",
        outputs=every,
    )
    made += cases(name, 14, [x, *weights(1)], hidden_size=H, clip=0.4, outputs=every)
    return made


RECURRENT: list[Case] = [
    *_recurrent("RNN", 1, 2),
    *_recurrent("GRU", 3, 2),
    *_recurrent("LSTM", 4, 3),
    *cases(
        "RNN",
        14,
        [normal(T, B, C), normal(2, H, C), normal(2, H, H)],
        hidden_size=H,
        direction="bidirectional",
        activations=["Relu", "LeakyRelu"],
        activation_alpha=[0.3],
        outputs=(0, 1),
    ),
    *cases(
        "GRU",
        14,
        [normal(T, B, C), normal(1, 3 * H, C), normal(1, 3 * H, H), normal(1, 6 * H)],
        hidden_size=H,
        linear_before_reset=1,
        outputs=(0, 1),
    ),
    *cases(
        "GRU",
        14,
        [normal(T, B, C), normal(1, 3 * H, C), normal(1, 3 * H, H)],
        hidden_size=H,
        activations=["HardSigmoid", "Softsign"],
        activation_alpha=[0.3],
        activation_beta=[0.4],
        outputs=(0, 1),
    ),
    *cases(
        "LSTM",
        14,
        [
            normal(T, B, C),
            normal(1, 4 * H, C),
            normal(1, 4 * H, H),
            normal(1, 8 * H),
            None,
            None,
            None,
            normal(1, 3 * H),
        ],
        hidden_size=H,
        outputs=(0, 1, 2),
    ),
    *cases(
        "LSTM",
        14,
        [normal(T, B, C), normal(1, 4 * H, C), normal(1, 4 * H, H)],
        hidden_size=H,
        input_forget=1,
        activations=["Sigmoid", "Tanh", "Relu"],
        outputs=(0, 1, 2),
    ),
]

U8 = whole(2, 3, 4, 4, low=0, high=255).astype(np.uint8)
I8 = whole(4, 3, 3, 3, low=-127, high=127).astype(np.int8)


def one(value: float) -> np.ndarray:
    return np.array(value, np.float32)


QUANTISATION: list[Case] = [
    *cases(
        "QuantizeLinear",
        (10, 13, 19, 21),
        [40 * X, one(0.3), np.array(120, np.uint8)],
        smooth=False,
    ),
    *cases(
        "QuantizeLinear", 13, [40 * X, positive(3), whole(3).astype(np.int8)], axis=1, smooth=False
    ),
    *cases("QuantizeLinear", 13, [40 * X, one(0.3)], smooth=False),
    *cases("DequantizeLinear", (10, 13, 19), [U8, one(0.3), np.array(120, np.uint8)]),
    *cases("DequantizeLinear", 13, [I8, positive(3), np.zeros(3, np.int8)], axis=1),
    *cases("DequantizeLinear", 13, [whole(3, 4).astype(np.int32), one(0.1)]),
    *cases(
        "DequantizeLinear", 21, [whole(4, 6).astype(np.int8), positive(4, 3)], axis=1, block_size=2
    ),
    *cases("DynamicQuantizeLinear", 11, [X], outputs=(0, 1, 2), smooth=False),
    *cases(
        "MatMulInteger",
        10,
        [U8, whole(4, 2).astype(np.int8), np.array(7, np.uint8), np.array(0, np.int8)],
    ),
    *cases("MatMulInteger", 10, [U8, whole(4, 2).astype(np.int8)]),
    *cases(
        "ConvInteger", 10, [U8, U8[:, :, :3, :3].copy(), np.array(7, np.uint8)], pads=[1, 0, 1, 0]
    ),
    *cases(
        "QLinearMatMul",
        10,
        [
            U8,
            one(0.1),
            np.array(3, np.uint8),
            whole(4, 2).astype(np.uint8),
            one(0.2),
            np.array(0, np.uint8),
            one(3),
            np.array(128, np.uint8),
        ],
        smooth=False,
        tolerance=1.01,
    ),
    *cases(
        "QLinearConv",
        10,
        [
            U8,
            one(0.1),
            np.array(3, np.uint8),
            I8,
            one(0.01),
            np.array(0, np.int8),
            one(1),
            np.array(128, np.uint8),
            whole(4, high=99).astype(np.int32),
        ],
        smooth=False,
        tolerance=1.01,
    ),
]
