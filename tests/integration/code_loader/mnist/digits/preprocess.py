import gzip
import os

import numpy as np


def folder():
    return os.path.join(os.environ["GENERIC_HOST_PATH"], "mnist")


def read(name, offset):
    with gzip.open(os.path.join(folder(), name)) as file:
        return np.frombuffer(file.read(), np.uint8, offset=offset)


def load():
    images = read("train-images-idx3-ubyte.gz", 16).reshape(-1, 28, 28, 1)
    labels = read("train-labels-idx1-ubyte.gz", 8)
    return images, np.eye(10, dtype=np.float32)[labels]


def model_file(name):
    return os.path.join(os.environ["GENERIC_HOST_PATH"], "models", "mnist", name)
