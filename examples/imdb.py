"""Sentiment of IMDB reviews: ``percepta evaluate examples/imdb.py``.

The model averages embeddings of 16 numbers a word: the small text classifier of TensorFlow Lite.

What to look at: the model is least sure, and wrong most, where people were half-hearted (``rating`` 4 and 7);
a review of more than 255 words is ``cut``, which costs 5 points of accuracy.
"""

from __future__ import annotations

import gzip
import json
import re
from functools import cache

import numpy as np
from real_data import find

import percepta as pc

LENGTH = 256
PADDING, START, UNKNOWN = 0, 1, 2


@cache
def vocabulary() -> dict[str, int]:
    """Number of each known word."""
    lines = find("models/text/text_classification_vocab.txt").read_text("utf-8").splitlines()
    return {word: int(number) for word, _, number in (line.rpartition(" ") for line in lines)}


@cache
def words_known() -> list[str]:
    """The words by number."""
    return sorted(vocabulary(), key=vocabulary().__getitem__)


def words_of(review: dict) -> list[str]:
    """Split a review as the model's makers did."""
    text = review["text"].lower().replace("<br />", " ")
    return [word for word in re.split(r"[ ,.!?]+", text) if word]


def numbers_of(review: dict) -> np.ndarray:
    """Numbers of the words ``[256]``, as floats because the model file takes floats."""
    known = vocabulary()
    numbers = [START, *(known.get(word, UNKNOWN) for word in words_of(review))][:LENGTH]
    return np.pad(np.array(numbers, np.float32), (0, LENGTH - len(numbers)))


@pc.subsets
def subsets():
    """Reviews by their number in the file."""

    def read(name: str) -> list[dict]:
        with gzip.open(find(f"imdb/{name}"), "rt", encoding="utf-8") as file:
            return [json.loads(line) for line in file]

    parts = {"training": "imdb_train_8000.jsonl.gz", "test": "imdb_test_2000.jsonl.gz"}
    reviews = {subset: read(name) for subset, name in parts.items()}
    return [pc.Samples(subset, len(found), found) for subset, found in reviews.items()]


@pc.input("tokens")
def tokens(sample_id, samples):
    """Numbers of the words of a review ``[256]``."""
    return numbers_of(samples.data[sample_id])


@pc.file_encoder
def from_file(path):
    """The same of a text file, for `percepta similar RUN --input review.txt`."""
    return numbers_of({"text": path.read_text("utf-8")})


@pc.ground_truth("sentiment")
def sentiment(sample_id, samples):
    """0 is negative, 1 positive."""
    return samples.data[sample_id]["label"]


@pc.metadata
def facts(sample_id, samples):
    """What colours the map well: how long, how strange, how strong."""
    review, known = samples.data[sample_id], vocabulary()
    words = words_of(review)
    return {
        "length": len(words),
        "cut": len(words) >= LENGTH,
        "out_of_vocabulary": sum(word not in known for word in words),
        "rating": review["rating"],  # 1 to 10 stars; 5 and 6 are not in the data
    }


pc.use_loss("cross_entropy", prediction="scores", ground_truth="sentiment")
pc.use_metric("accuracy", prediction="scores", ground_truth="sentiment")


@pc.visualizer("review")
def review(tokens):
    """What the model reads: unknown words are one and the same to it; padding is an empty token."""
    known = words_known()
    return pc.Text(["" if number == PADDING else known[int(number)] for number in tokens])


@pc.model(predictions=[pc.Prediction("scores", ["negative", "positive"], activation="none")])
def model():
    """Converted from TensorFlow Lite with tf2onnx."""
    return find("models/text/text_classification.converted.onnx")
