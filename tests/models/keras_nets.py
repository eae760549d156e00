"""Small Keras networks for the tests, on the torch backend."""

from __future__ import annotations

import numpy as np

from percepta.models.keras_backend import import_keras

keras = import_keras()
layers = keras.layers


def toy():
    """A 1x1 convolution (x, -2x + 1) with ReLU, flatten, and a linear layer that sums, plus 0.5."""
    net = keras.Sequential(
        [
            keras.Input((2, 2, 1), name="image"),
            layers.Conv2D(2, 1, activation="relu", name="conv"),
            layers.Flatten(),
            layers.Dense(1, name="sum"),
        ],
        name="toy",
    )
    net.get_layer("conv").set_weights([np.array([[[[1.0, -2.0]]]]), np.array([0.0, 1.0])])
    net.get_layer("sum").set_weights([np.ones((8, 1)), np.array([0.5])])
    return net


def convolutions():
    """Convolutions of every kind with norms, activations and preprocessing."""
    keras.utils.set_random_seed(0)
    return keras.Sequential(
        [
            keras.Input((12, 12, 3)),
            layers.Rescaling(1 / 255.0),
            layers.Normalization(mean=[0.1, 0.2, 0.3], variance=[1.0, 2.0, 3.0]),
            layers.Conv2D(4, 3, name="plain"),
            layers.BatchNormalization(name="norm"),
            layers.ReLU(name="relu"),
            layers.DepthwiseConv2D(3, name="depthwise"),
            layers.SeparableConv2D(5, 3, name="separable"),
            layers.Activation("tanh", name="tanh"),
            layers.Conv2DTranspose(3, 2, name="transpose"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(4, activation="softmax", name="probabilities"),
        ],
        name="convolutions",
    )


def recurrent():
    """Embedding of integer tokens, LSTM, and GRU in both directions."""
    keras.utils.set_random_seed(0)
    return keras.Sequential(
        [
            keras.Input((7,), dtype="int32", name="tokens"),
            layers.Embedding(20, 6, mask_zero=True, name="embed"),
            layers.LSTM(5, return_sequences=True, name="lstm"),
            layers.Bidirectional(layers.GRU(4), name="both"),
            layers.Dense(2, name="score"),
        ],
        name="recurrent",
    )


def attention():
    """Self-attention over a series, with a residual path and a 1-D convolution."""
    keras.utils.set_random_seed(0)
    given = keras.Input((7, 4), name="series")
    hidden = layers.MultiHeadAttention(2, 3, name="attend")(given, given)
    hidden = layers.LayerNormalization(name="norm")(layers.Add(name="residual")([hidden, given]))
    hidden = layers.Conv1D(5, 3, padding="causal", name="mix")(hidden)
    hidden = keras.ops.relu(hidden) * 2.0
    hidden = layers.GlobalAveragePooling1D(name="pool")(hidden)
    return keras.Model(given, layers.Dense(2, name="score")(hidden), name="attention")


def several():
    """Two inputs, a network inside, a layer used twice, two outputs by name."""
    keras.utils.set_random_seed(0)
    photo, row = keras.Input((8, 8, 3), name="photo"), keras.Input((4,), name="row")
    base = keras.Sequential(
        [keras.Input((8, 8, 3)), layers.Conv2D(3, 3, name="conv"), layers.Flatten()], name="base"
    )
    shared = layers.Dense(4, activation="relu", name="shared")
    both = layers.Concatenate(name="both")([base(photo), layers.Dense(3, name="table")(row)])
    first = shared(layers.Dense(4, name="bridge")(both))
    second = layers.Activation("sigmoid", name="second")(shared(first))
    return keras.Model({"photo": photo, "row": row}, {"one": first, "two": second}, name="several")


@keras.saving.register_keras_serializable(package="tests")
class Scale(layers.Layer):
    """A layer of the user's own that holds a weight."""

    def build(self, shape):
        self.factor = self.add_weight(shape=(shape[-1],), initializer="ones", name="factor")

    def call(self, x):
        return x * self.factor


class Unregistered(Scale):
    """A layer of the user's own that a file names without its package being registered."""


@keras.saving.register_keras_serializable(package="tests")
class Mix(layers.Layer):
    """A layer whose answer for a sample depends on the others of its batch."""

    def call(self, x):
        return x - keras.ops.max(x)


@keras.saving.register_keras_serializable(package="tests")
class Subclassed(keras.Model):
    """A model written as a class, with layers in attributes and lists, and a tuple of outputs."""

    def __init__(self, width=4, **kwargs):
        super().__init__(**kwargs)
        self.width = width
        self.stem = layers.Dense(width, activation="relu")
        self.blocks = [layers.Dense(width), Scale()]
        self.head = layers.Dense(2)

    def call(self, x):
        x = self.stem(x)
        for block in self.blocks:
            x = block(x)
        return self.head(x), x

    def get_config(self):
        return {**super().get_config(), "width": self.width}
