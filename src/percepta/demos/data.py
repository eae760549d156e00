"""Image data for the demos: scikit-learn's digits (always there) and MNIST (found or downloaded)."""

from __future__ import annotations

import gzip
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from percepta.core.errors import DataUnavailableError

MNIST_URL = "https://ossci-datasets.s3.amazonaws.com/mnist/"
MNIST_SHA256 = {
    "train-images-idx3-ubyte.gz": (
        "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"
    ),
    "train-labels-idx1-ubyte.gz": (
        "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"
    ),
    "t10k-images-idx3-ubyte.gz": "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
    "t10k-labels-idx1-ubyte.gz": "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
}


@dataclass(frozen=True)
class Digits:
    """Handwritten digits with labels.

    Attributes:
        images: uint8 [N, H, W], 0 is background.
        labels: int64 [N], the digit 0..9.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]

    def __len__(self) -> int:
        """Number of images."""
        return len(self.labels)


def load_digits() -> tuple[Digits, Digits]:
    """Return scikit-learn's 1,797 digits (8 x 8) as 1,437 for training and 360 for validation."""
    from sklearn.datasets import load_digits as load

    bunch = load()
    images = np.rint(bunch.images * (255 / 16)).astype(np.uint8)
    labels = bunch.target.astype(np.int64)
    order = np.random.default_rng(0).permutation(len(labels))
    validation, training = np.sort(order[:360]), np.sort(order[360:])
    return Digits(images[training], labels[training]), Digits(
        images[validation], labels[validation]
    )


def load_mnist() -> tuple[Digits, Digits]:
    """Return MNIST: 60,000 digits (28 x 28) for training, 10,000 for validation.

    Looks in ``$PERCEPTA_DATA/mnist``, then ``../shared/data/mnist``, then the cache; else downloads.

    Raises:
        DataUnavailableError: the files are nowhere and cannot be downloaded.
    """
    folder = _mnist_folder()
    return _read_part(folder, "train"), _read_part(folder, "t10k")


def _read_part(folder: Path, part: str) -> Digits:
    images = _read_idx(folder / f"{part}-images-idx3-ubyte.gz")
    labels = _read_idx(folder / f"{part}-labels-idx1-ubyte.gz")
    return Digits(images, labels.astype(np.int64))


def _read_idx(path: Path) -> NDArray[np.uint8]:
    """Read an IDX file of bytes (http://yann.lecun.com/exdb/mnist/)."""
    with gzip.open(path) as file:
        content = file.read()
    dimensions = content[3]
    shape = np.frombuffer(content, ">u4", dimensions, 4).astype(int)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * dimensions).reshape(shape)


def _mnist_folder() -> Path:
    given = os.environ.get("PERCEPTA_DATA")
    for root in [Path(given)] if given else [Path("../shared/data")]:
        folder = root / "mnist"
        if all((folder / name).is_file() for name in MNIST_SHA256):
            return folder
    return _download_mnist()


def _download_mnist() -> Path:
    import pooch
    import requests

    fetcher = pooch.create(
        path=pooch.os_cache("percepta") / "mnist",
        base_url=MNIST_URL,
        registry={name: f"sha256:{digest}" for name, digest in MNIST_SHA256.items()},
        retry_if_failed=2,
    )
    pooch.get_logger().setLevel("WARNING")
    try:
        for name in MNIST_SHA256:
            fetcher.fetch(name)
    except (requests.RequestException, OSError, ValueError) as error:
        raise DataUnavailableError(
            f"MNIST is not on this machine and could not be downloaded: {type(error).__name__}.",
            fix=f"Put the four .gz files of MNIST into {fetcher.abspath} (or into a folder 'mnist' "
            "that PERCEPTA_DATA points at), or run `percepta demo digits`, which needs no network.",
        ) from error
    return Path(fetcher.abspath)
