"""Cases of control flow and sequences."""

from __future__ import annotations

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from tests.models.onnx_torch.numeric_cases import X, normal, positive
from tests.models.onnx_torch.single import Case, cases
from tests.models.onnx_torch.structural_cases import tensor

FLOAT, INT64, BOOL = TensorProto.FLOAT, TensorProto.INT64, TensorProto.BOOL


def body(nodes, inputs, outputs, weights=()):
    def info(entries):
        return [
            helper.make_tensor_value_info(name, kind, None if kind == FLOAT else [])
            for name, kind in entries
        ]

    return helper.make_graph(nodes, "body", info(inputs), info(outputs), list(weights))


_THEN = body([helper.make_node("Constant", [], ["t"], value=tensor(normal(2)))], [], [("t", FLOAT)])
_ELSE = body([helper.make_node("Constant", [], ["e"], value=tensor(normal(2)))], [], [("e", FLOAT)])
_GROW = body(
    [
        helper.make_node("Mul", ["v", "x2"], ["v2"]),  # x2: from outside the loop
        helper.make_node("ReduceSum", ["v2"], ["s"], keepdims=0),
        helper.make_node("Less", ["s", "bound"], ["go"]),
        helper.make_node("Identity", ["s"], ["kept"]),
    ],
    [("i", INT64), ("c", BOOL), ("v", FLOAT)],
    [("go", BOOL), ("v2", FLOAT), ("kept", FLOAT)],
    [numpy_helper.from_array(np.float32(100), "bound")],
)
_RUNNING = body(
    [
        helper.make_node("Add", ["s", "item"], ["s2"]),
        helper.make_node("Mul", ["s2", "item"], ["y"]),
    ],
    [("s", FLOAT), ("item", FLOAT)],
    [("s2", FLOAT), ("y", FLOAT)],
)

CONTROL_FLOW: list[Case] = [
    *(
        c
        for chosen in (True, False)
        for c in cases("If", (11, 13, 16), [np.array(chosen)], then_branch=_THEN, else_branch=_ELSE)
    ),
    *cases(
        "Loop", (11, 13), [np.array(3), np.array(True), positive(2)], body=_GROW, outputs=(0, 1)
    ),
    *cases(
        "Scan",
        (9, 16),
        [np.zeros(3, np.float32), normal(4, 3)],
        body=_RUNNING,
        num_scan_inputs=1,
        outputs=(0, 1),
    ),
    *cases(
        "Scan",
        11,
        [np.zeros(3, np.float32), normal(3, 4)],
        body=_RUNNING,
        num_scan_inputs=1,
        scan_input_axes=[1],
        scan_input_directions=[1],
        scan_output_axes=[1],
        scan_output_directions=[1],
        outputs=(0, 1),
    ),
]


def _node(operator, inputs, outputs, **attributes):
    return helper.make_node(operator, inputs, outputs, **attributes)


_BUILD = _node("SequenceConstruct", ["x0", "x1", "x0"], ["s"])
_JOIN = _node("ConcatFromSequence", ["t"], ["y0"], axis=0)
_PAIR = [normal(2, 3), normal(2, 3)]


def _sequence(operator, nodes, inputs, opsets=(11, 17)):
    return cases(operator, opsets, inputs, nodes=tuple(nodes))


SEQUENCES: list[Case] = [
    *_sequence(
        "SequenceConstruct", [_BUILD, _node("Identity", ["s"], ["t"]), _JOIN], _PAIR, (14, 17)
    ),
    *_sequence(
        "ConcatFromSequence",
        [_BUILD, _node("ConcatFromSequence", ["s"], ["y0"], axis=1, new_axis=1)],
        _PAIR,
    ),
    *_sequence(
        "SequenceAt", [_BUILD, _node("SequenceAt", ["s", "x2"], ["y0"])], [*_PAIR, np.array(-2)]
    ),
    *_sequence("SequenceLength", [_BUILD, _node("SequenceLength", ["s"], ["y0"])], _PAIR),
    *_sequence(
        "SequenceErase",
        [_BUILD, _node("SequenceErase", ["s", "x2"], ["t"]), _JOIN],
        [*_PAIR, np.array(1)],
    ),
    *_sequence("SequenceErase", [_BUILD, _node("SequenceErase", ["s"], ["t"]), _JOIN], _PAIR),
    *_sequence(
        "SequenceInsert",
        [_BUILD, _node("SequenceInsert", ["s", "x1", "x2"], ["t"]), _JOIN],
        [*_PAIR, np.array(1)],
    ),
    *_sequence(
        "SequenceEmpty",
        [_node("SequenceEmpty", [], ["s"]), _node("SequenceInsert", ["s", "x0"], ["t"]), _JOIN],
        _PAIR[:1],
    ),
    *_sequence(
        "SplitToSequence",
        [
            _node("SplitToSequence", ["x0", "x1"], ["t"], axis=1),
            _node("SequenceAt", ["t", "x2"], ["y0"]),
        ],
        [X, np.array([1, 2]), np.array(1)],
    ),
    *_sequence(
        "SplitToSequence",
        [
            _node("SplitToSequence", ["x0", "x1"], ["t"], axis=1),
            _node("SequenceAt", ["t", "x2"], ["y0"]),
        ],
        [X, np.array(2), np.array(1)],
    ),
    *(
        c
        for keep in (0, 1)
        for c in _sequence(
            "SplitToSequence",
            [
                _node("SplitToSequence", ["x0"], ["t"], axis=1, keepdims=keep),
                _node("SequenceAt", ["t", "x1"], ["y0"]),
            ],
            [X, np.array(1)],
        )
    ),
]
