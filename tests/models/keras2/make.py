"""How the files beside this one were made: by tf_keras 2.21, with random weights and what it answers.

Run in an environment of its own, in this folder (``pip install tensorflow-cpu tf_keras``).
"""

from __future__ import annotations

import numpy as np
import tf_keras
from tf_keras import layers

RANDOM = np.random.default_rng(0)


def save(name: str, model: tf_keras.Model, *inputs: np.ndarray) -> None:
    for weight in model.weights:
        value = RANDOM.normal(size=weight.shape) * 0.3
        weight.assign(np.abs(value) + 0.5 if "variance" in weight.name else value)
    outputs = model(list(inputs) if len(inputs) > 1 else inputs[0], training=False)
    outputs = outputs if isinstance(outputs, list) else [outputs]
    model.save(f"{name}.h5")
    model.save(f"{name}.keras")
    arrays = {f"x{i}": array for i, array in enumerate(inputs)}
    np.savez(f"{name}.npz", **arrays, **{f"y{i}": np.array(y) for i, y in enumerate(outputs)})


images = RANDOM.normal(size=(3, 8, 8, 3)).astype("float32")
tokens = RANDOM.integers(0, 20, (3, 7)).astype("int32")
series = RANDOM.normal(size=(3, 7, 4)).astype("float32")
table = RANDOM.normal(size=(3, 4)).astype("float32")

save(
    "convolutions",
    tf_keras.Sequential(
        [
            layers.Rescaling(0.5, input_shape=(8, 8, 3)),
            layers.Conv2D(4, 3, activation="relu"),
            layers.BatchNormalization(),
            layers.ReLU(6.0),
            layers.DepthwiseConv2D(3),
            layers.SeparableConv2D(5, 3),
            layers.LeakyReLU(0.1),
            layers.PReLU(),
            layers.Conv2DTranspose(3, 2),
            layers.GlobalAveragePooling2D(),
            layers.Dropout(0.5),
            layers.Dense(4, activation="softmax"),
        ]
    ),
    images,
)

save(
    "recurrent",
    tf_keras.Sequential(
        [
            layers.Input((7,), dtype="int32"),
            layers.Embedding(20, 6, mask_zero=True, input_length=7),
            layers.LSTM(5, return_sequences=True),
            layers.Bidirectional(layers.GRU(4)),
            layers.Dense(2),
        ]
    ),
    tokens,
)

given = layers.Input((7, 4))
hidden = layers.MultiHeadAttention(2, 3)(given, given)
hidden = layers.LayerNormalization()(layers.Add()([hidden, given]))
hidden = layers.Conv1D(5, 3, padding="causal", name="block/conv")(hidden)
hidden = layers.TimeDistributed(layers.Dense(3))(hidden)
save(
    "attention",
    tf_keras.Model(given, layers.Dense(2)(layers.GlobalMaxPooling1D()(hidden))),
    series,
)

photo, row = layers.Input((8, 8, 3), name="photo"), layers.Input((4,), name="row")
base = tf_keras.Sequential(
    [layers.Conv2D(3, 3, input_shape=(8, 8, 3)), layers.BatchNormalization(), layers.Flatten()],
    name="base",
)
shared = layers.Dense(4, name="shared")
both = layers.Concatenate()([base(photo), layers.Dense(3)(row)])
first = shared(layers.Dense(4)(both))
save(
    "nested",
    tf_keras.Model(
        [photo, row], [first, layers.Activation("sigmoid", name="second")(shared(first))]
    ),
    images,
    table,
)
