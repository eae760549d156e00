"""Cases of convolution, pooling, padding, resizing and normalisation."""

from __future__ import annotations

import numpy as np

from tests.models.onnx_torch.numeric_cases import normal, positive
from tests.models.onnx_torch.single import Case, cases

IMAGE = normal(2, 3, 7, 6)
AUTO = ("SAME_UPPER", "SAME_LOWER", "VALID")

CONVOLUTION: list[Case] = [
    *cases("Conv", (7, 11, 22), [IMAGE, normal(4, 3, 3, 3), normal(4)], pads=[1, 1, 1, 1]),
    *cases("Conv", 11, [IMAGE, normal(4, 3, 3, 2)], kernel_shape=[3, 2]),
    *cases("Conv", 11, [IMAGE, normal(4, 3, 3, 3)], pads=[0, 1, 2, 0], strides=[2, 1]),
    *cases("Conv", 11, [IMAGE, normal(6, 1, 3, 3)], group=3, dilations=[2, 1]),
    *(
        c
        for auto in AUTO
        for c in cases("Conv", 11, [IMAGE, normal(4, 3, 4, 3)], auto_pad=auto, strides=[2, 2])
    ),
    *cases("Conv", 11, [normal(2, 3, 9), normal(4, 3, 3)], pads=[1, 2], strides=[2]),
    *cases("Conv", 11, [normal(1, 2, 4, 5, 6), normal(3, 2, 2, 2, 2)], strides=[1, 2, 2]),
    *cases("ConvTranspose", (7, 11, 22), [IMAGE, normal(3, 4, 3, 3), normal(4)], strides=[2, 2]),
    *cases("ConvTranspose", 11, [IMAGE, normal(3, 4, 3, 3)], pads=[1, 0, 1, 2]),
    *cases(
        "ConvTranspose",
        11,
        [IMAGE, normal(3, 4, 3, 3)],
        pads=[1, 1, 1, 1],
        strides=[2, 3],
        output_padding=[1, 2],
    ),
    *cases("ConvTranspose", 11, [IMAGE, normal(3, 2, 3, 3)], group=3, dilations=[2, 1]),
    *cases("ConvTranspose", 11, [normal(2, 3, 5), normal(3, 4, 3)], strides=[2]),
    *cases("ConvTranspose", 11, [normal(1, 2, 3, 3, 3), normal(2, 3, 2, 2, 2)], strides=[2, 2, 2]),
    *cases(
        "ConvTranspose",
        11,
        [IMAGE, normal(3, 4, 3, 3)],
        output_shape=[14, 12],
        strides=[2, 2],
        kernel_shape=[3, 3],
    ),
    *(
        c
        for auto in AUTO
        for c in cases(
            "ConvTranspose", 11, [IMAGE, normal(3, 4, 3, 3)], auto_pad=auto, strides=[2, 2]
        )
    ),
]

POOLING: list[Case] = [
    *cases("MaxPool", (8, 11, 12, 22), [IMAGE], kernel_shape=[3, 2], strides=[2, 2]),
    *cases("MaxPool", 7, [IMAGE], kernel_shape=[3, 3]),
    *cases("MaxPool", 12, [IMAGE], kernel_shape=[3, 3], pads=[0, 1, 2, 1], strides=[2, 2]),
    *cases("MaxPool", 12, [IMAGE], kernel_shape=[2, 2], strides=[2, 2], ceil_mode=1),
    *cases(
        "MaxPool", 12, [IMAGE], kernel_shape=[3, 3], strides=[3, 3], pads=[1, 1, 1, 1], ceil_mode=1
    ),
    *cases("MaxPool", 12, [IMAGE], kernel_shape=[2, 3], dilations=[2, 2]),
    *(
        c
        for a in AUTO
        for c in cases("MaxPool", 12, [IMAGE], kernel_shape=[3, 2], strides=[2, 2], auto_pad=a)
    ),
    *cases(
        "MaxPool",
        12,
        [IMAGE],
        kernel_shape=[3, 2],
        pads=[1, 0, 1, 1],
        strides=[2, 1],
        outputs=(0, 1),
    ),
    *cases("MaxPool", 12, [IMAGE], kernel_shape=[2, 2], storage_order=1, outputs=(0, 1)),
    *cases("MaxPool", 12, [normal(2, 3, 9)], kernel_shape=[3], strides=[2], pads=[1, 1]),
    *cases("MaxPool", 12, [normal(1, 2, 4, 4, 5)], kernel_shape=[2, 2, 3]),
    *cases("MaxPool", 12, [(normal(1, 2, 4, 4) * 30).astype(np.int8)], kernel_shape=[2, 2]),
    *cases("AveragePool", (7, 10, 11, 19, 22), [IMAGE], kernel_shape=[3, 2], strides=[2, 2]),
    *(
        c
        for include in (0, 1)
        for ceil in (0, 1)
        for c in [
            *cases(
                "AveragePool",
                19,
                [IMAGE],
                kernel_shape=[3, 3],
                pads=[1, 1, 1, 1],
                strides=[2, 2],
                count_include_pad=include,
                ceil_mode=ceil,
            ),
            *cases(
                "AveragePool",
                19,
                [IMAGE],
                kernel_shape=[2, 3],
                pads=[0, 1, 1, 2],
                strides=[3, 2],
                count_include_pad=include,
                ceil_mode=ceil,
            ),
        ]
    ),
    *(
        c
        for a in AUTO
        for c in cases("AveragePool", 11, [IMAGE], kernel_shape=[3, 2], strides=[2, 2], auto_pad=a)
    ),
    *cases("AveragePool", 19, [IMAGE], kernel_shape=[2, 2], dilations=[2, 1]),
    *cases("AveragePool", 11, [normal(2, 3, 9)], kernel_shape=[3], pads=[1, 0]),
    *cases("AveragePool", 11, [normal(1, 2, 4, 4, 5)], kernel_shape=[2, 2, 3]),
    *(
        c
        for p in (1, 2, 3)
        for c in cases("LpPool", (7, 11), [IMAGE], kernel_shape=[3, 2], strides=[2, 2], p=p)
    ),
    *cases("LpPool", 18, [IMAGE], kernel_shape=[3, 3], pads=[1, 1, 0, 0]),
    *cases("GlobalAveragePool", (7, 22), [IMAGE]),
    *cases("GlobalAveragePool", 7, [normal(2, 3, 4)]),
    *cases("GlobalMaxPool", (7, 22), [IMAGE]),
    *(c for p in (1, 2, 3) for c in cases("GlobalLpPool", 7, [IMAGE], p=p)),
    *cases(
        "MaxUnpool",
        (9, 11, 22),
        [normal(1, 1, 2, 2), np.array([[[[5, 7], [13, 15]]]])],
        kernel_shape=[2, 2],
        strides=[2, 2],
    ),
]

PADDING: list[Case] = [
    *(
        c
        for mode in ("constant", "reflect", "edge")
        for c in [
            *cases("Pad", (7, 10), [IMAGE], pads=[0, 0, 1, 2, 0, 0, 2, 1], mode=mode),
            *cases("Pad", (11, 13, 18, 21), [IMAGE, np.array([0, 1, 1, 2, 0, 0, 2, 1])], mode=mode),
        ]
    ),
    *cases("Pad", 7, [IMAGE], pads=[0, 0, 1, 2, 0, 0, 2, 1], value=1.5),
    *cases("Pad", 13, [IMAGE, np.array([0, 0, -1, 2, 0, 0, 2, -1]), np.float32(-2)]),
    *cases("Pad", 18, [IMAGE, np.array([1, 2, 0, 1]), np.float32(3), np.array([-1, 1])]),
    *cases("Pad", 19, [IMAGE, np.array([0, 0, 3, 2, 0, 0, 2, 4])], mode="wrap"),
    *cases("Pad", 13, [np.arange(6).reshape(2, 3), np.array([0, 1, 1, 0]), np.array(7)]),
]

_COORDINATES = ("half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric")
SMALL = normal(1, 2, 4, 5)
EMPTY = np.array([], np.float32)


def _scales(h: float, w: float) -> np.ndarray:
    return np.array([1, 1, h, w], np.float32)


def _sizes(h: int, w: int) -> np.ndarray:
    return np.array([1, 2, h, w])


RESIZE: list[Case] = [
    *(
        c
        for mode in ("nearest", "linear")
        for c in [
            *cases("Upsample", 7, [SMALL], scales=[1.0, 1.0, 2.0, 3.0], mode=mode),
            *cases("Upsample", 9, [SMALL, _scales(2, 2)], mode=mode),
            *cases("Resize", 10, [SMALL, _scales(2, 3)], mode=mode),
            *cases("Resize", 10, [SMALL, _scales(0.5, 0.6)], mode=mode),
        ]
    ),
    *(
        c
        for coordinates in _COORDINATES
        for mode in ("nearest", "linear", "cubic")
        for c in [
            *cases(
                "Resize",
                (11, 13, 18, 19),
                [SMALL, EMPTY, _scales(2, 1.7)],
                mode=mode,
                coordinate_transformation_mode=coordinates,
            ),
            *cases(
                "Resize",
                13,
                [SMALL, None, None, _sizes(3, 9)],
                mode=mode,
                coordinate_transformation_mode=coordinates,
            ),
            *cases(
                "Resize",
                19,
                [SMALL, None, _scales(0.5, 0.6)],
                mode=mode,
                coordinate_transformation_mode=coordinates,
            ),
        ]
    ),
    *(
        c
        for nearest in ("round_prefer_floor", "round_prefer_ceil", "floor", "ceil")
        for c in cases(
            "Resize",
            13,
            [SMALL, None, None, _sizes(7, 3)],
            mode="nearest",
            nearest_mode=nearest,
            coordinate_transformation_mode="half_pixel",
        )
    ),
    *cases(
        "Resize",
        11,
        [SMALL, EMPTY, _scales(1.5, 2)],
        mode="nearest",
        coordinate_transformation_mode="tf_half_pixel_for_nn",
    ),
    *cases(
        "Resize",
        19,
        [SMALL, None, None, _sizes(6, 7)],
        mode="linear",
        coordinate_transformation_mode="half_pixel_symmetric",
    ),
    *cases(
        "Resize",
        13,
        [SMALL, None, None, _sizes(6, 8)],
        mode="cubic",
        cubic_coeff_a=-0.5,
        exclude_outside=1,
    ),
    *cases(
        "Resize",
        13,
        [SMALL, np.array([0, 0, 0.2, -0.1, 1, 1, 0.7, 1.2], np.float32), None, _sizes(5, 6)],
        mode="linear",
        coordinate_transformation_mode="tf_crop_and_resize",
        extrapolation_value=9.0,
    ),
    *cases(
        "Resize",
        13,
        [SMALL, None, None, _sizes(1, 1)],
        mode="linear",
        coordinate_transformation_mode="pytorch_half_pixel",
    ),
    *(
        c
        for mode in ("linear", "cubic")
        for c in cases(
            "Resize",
            (18, 19),
            [normal(1, 2, 9, 8), None, np.array([1, 1, 0.5, 0.4], np.float32)],
            mode=mode,
            antialias=1,
        )
    ),
    *cases("Resize", 18, [SMALL, None, None, np.array([7, 8])], mode="linear", axes=[2, 3]),
    *(
        c
        for policy in ("not_larger", "not_smaller")
        for c in cases(
            "Resize",
            18,
            [SMALL, None, None, np.array([7, 8])],
            mode="linear",
            axes=[2, 3],
            keep_aspect_ratio_policy=policy,
        )
    ),
]

_STATISTICS = [positive(3), normal(3), normal(3), positive(3)]

NORMALISATION: list[Case] = [
    *cases("BatchNormalization", (7, 9, 14, 15), [IMAGE, *_STATISTICS], epsilon=1e-3),
    *cases("BatchNormalization", 15, [normal(4, 3), *_STATISTICS]),
    *cases("InstanceNormalization", (7, 22), [IMAGE, normal(3), normal(3)], epsilon=1e-3),
    *cases("LayerNormalization", 17, [IMAGE, normal(6), normal(6)]),
    *cases(
        "LayerNormalization", 17, [IMAGE, normal(3, 7, 6)], axis=1, epsilon=1e-2, outputs=(0, 1, 2)
    ),
    *cases("RMSNormalization", 23, [IMAGE, normal(6)], epsilon=1e-3),
    *cases("SimplifiedLayerNormalization", 17, [IMAGE, normal(6)], epsilon=1e-3),
    *cases("GroupNormalization", 18, [normal(2, 6, 4, 4), normal(3), normal(3)], num_groups=3),
    *cases("GroupNormalization", 21, [normal(2, 6, 4, 4), normal(6), normal(6)], num_groups=3),
    *(c for p in (1, 2) for c in cases("LpNormalization", (7, 22), [IMAGE], p=p, axis=1)),
    *cases("MeanVarianceNormalization", (9, 13), [IMAGE]),
    *cases("MeanVarianceNormalization", 13, [IMAGE], axes=[2, 3]),
    *(
        c
        for size in (3, 5)
        for c in cases("LRN", (7, 13), [normal(2, 7, 3, 3)], size=size, alpha=0.5, bias=0.7)
    ),
]
