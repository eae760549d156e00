"""Keras on its torch backend: importing it, or saying in one sentence why it cannot serve."""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from percepta.core.errors import ModelError

_BACKEND = "KERAS_BACKEND"
_HOME = "KERAS_HOME"


def import_keras() -> Any:
    """Return Keras 3 running on torch.

    Unless the user chose otherwise it is imported with ``KERAS_BACKEND=torch``, and it writes no
    ``~/.keras``.

    Raises:
        ModelError: Keras or h5py is not installed, is older than 3, or runs on another backend.
    """
    check_installed()
    os.environ.setdefault(_BACKEND, "torch")
    try:
        keras = _import_without_writing()
    except ImportError as error:
        raise ModelError(
            f"Keras cannot start on the backend {os.environ[_BACKEND]}: {error}",
            fix=f"Set {_BACKEND}=torch in the environment.",
        ) from error
    version = str(keras.__version__)
    if int(version.split(".")[0]) < 3:
        raise ModelError(
            f"Keras {version} is installed here; percepta runs Keras models by Keras 3 on torch.",
            fix="Install it: pip install 'percepta[keras]'.",
        )
    backend = keras.backend.backend()
    if backend != "torch":
        raise ModelError(
            f"Keras runs on {backend} in this process; percepta needs it on torch.",
            fix=f"Set {_BACKEND}=torch in the environment, before anything imports keras.",
        )
    return keras


def check_installed() -> None:
    """Make sure that what Keras models need is here; imports nothing.

    Raises:
        ModelError: Keras or h5py is not installed.
    """
    for library in ("keras", "h5py"):
        if library not in sys.modules and importlib.util.find_spec(library) is None:
            raise ModelError(
                f"Keras models need {library}, which is not installed here.",
                fix="Install it: pip install 'percepta[keras]'.",
            )


def foreign_keras_model(source: object) -> ModelError:
    """Return what to say about a live model of Keras 2, tf_keras or TensorFlow."""
    kind = f"{type(source).__module__.split('.')[0]}.{type(source).__qualname__}"
    return ModelError(
        f"This is a model of TensorFlow's Keras 2 ({kind}), which percepta does not run.",
        fix="Save it with model.save('model.h5') and give that file, or convert it with tf2onnx.",
    )


def _import_without_writing() -> Any:
    """Import Keras; where the user has no keras.json, keep it from writing one."""
    folder = Path(os.environ.get(_HOME) or Path.home() / ".keras")
    if "keras" in sys.modules or _HOME in os.environ or (folder / "keras.json").exists():
        return importlib.import_module("keras")
    with tempfile.TemporaryDirectory() as elsewhere:
        os.environ[_HOME] = elsewhere
        try:
            return importlib.import_module("keras")
        finally:
            del os.environ[_HOME]
