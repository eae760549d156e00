"""Where the examples find their data and models. A script of your own names its files and needs none of it.

``find("mnist/train-images-idx3-ubyte.gz")`` looks in ``$PERCEPTA_DATA``, else in ``../shared/data`` beside
the project. What is not there and may be passed on is downloaded once, checked, and kept in the user's cache.
"""

from __future__ import annotations

import os
from pathlib import Path

from percepta.core.errors import DataUnavailableError

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
DATA = Path(os.environ.get("PERCEPTA_DATA") or SHARED)

MNIST = "https://ossci-datasets.s3.amazonaws.com/mnist/"
GITHUB = "https://raw.githubusercontent.com/"
PUBLIC = {
    # MNIST: Yann LeCun and Corinna Cortes, CC BY-SA 3.0
    "mnist/train-images-idx3-ubyte.gz": (
        MNIST + "train-images-idx3-ubyte.gz",
        "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
    ),
    "mnist/train-labels-idx1-ubyte.gz": (
        MNIST + "train-labels-idx1-ubyte.gz",
        "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
    ),
    # MIT: tensorleap/code-loader, the model of its own MNIST example
    "models/mnist/tensorleap_mnist.h5": (
        GITHUB + "tensorleap/code-loader/5f951466a125deebc0cfaff109c14a868f207ccf"
        "/code-loader/tests/experiment_api/mnist.h5",
        "d647093fd543b2343316905843997dfc62ff3164c886504605c04dfb5ca21eb0",
    ),
    # MIT: Moonflower2022/MNIST-models
    "models/mnist/moonflower_mnist.keras": (
        GITHUB + "Moonflower2022/MNIST-models/fdb760a8c30297cc10b563b130febc76a9d4386d"
        "/mnist_model.keras",
        "236dd5f1948cbb6a34f128012bcef315ae94a6fa4c60287eb27050e66fa4e89c",
    ),
    # Apache-2.0: mlcommons/tiny, the reference model of MLPerf Tiny
    "models/cifar10/mlperftiny_resnet8.h5": (
        GITHUB + "mlcommons/tiny/1afd2c9820f795965a6134facd0b4dfae41ef23f"
        "/benchmark/training/image_classification/trained_models/pretrainedResnet.h5",
        "5f938a8eea605438cc7360aa13c987bc6d7bd0c8d931b2917361ae7ae4eeda2f",
    ),
}
"""URL and SHA-256 by name of what its licence lets anyone pass on."""


def find(name: str) -> Path:
    """Return the path of a file or folder of the examples' data.

    Raises:
        DataUnavailableError: it is not here, and cannot be downloaded or may not be passed on.
    """
    path = DATA / name
    if path.exists():
        return path
    if name in PUBLIC:
        return _download(name)
    raise DataUnavailableError(
        f"The example needs {name}, which is not in {DATA} and whose licence lets nobody pass it on.",
        fix="Get it from its makers (examples/README.md names them) and put it there, or set "
        "PERCEPTA_DATA to the folder that holds it.",
    )


def _download(name: str) -> Path:
    import pooch
    import requests

    url, digest = PUBLIC[name]
    target = pooch.os_cache("percepta") / name
    pooch.get_logger().setLevel("WARNING")
    try:
        pooch.retrieve(url, f"sha256:{digest}", fname=target.name, path=target.parent)
    except (requests.RequestException, OSError, ValueError) as error:
        raise DataUnavailableError(
            f"The example needs {name}, which is not in {DATA} and could not be downloaded: "
            f"{type(error).__name__}.",
            fix=f"Download {url} yourself, save it as {target}, and try again.",
        ) from error
    return target
