"""Published networks on real data reach the accuracy they are known for."""

from __future__ import annotations

import csv
import gzip
import json
import re

import numpy as np
import pytest
from PIL import Image

from percepta.models import open_model


def mnist_test(data):
    with gzip.open(data / "mnist" / "t10k-images-idx3-ubyte.gz") as file:
        images = np.frombuffer(file.read(), np.uint8, offset=16).reshape(-1, 1, 28, 28)
    with gzip.open(data / "mnist" / "t10k-labels-idx1-ubyte.gz") as file:
        labels = np.frombuffer(file.read(), np.uint8, offset=8)
    return images.astype(np.float32), labels


def predict(model, name, batch, size=250):
    parts = [
        model.forward({name: batch[start : start + size]}).outputs["class"]
        for start in range(0, len(batch), size)
    ]
    return np.concatenate(parts).argmax(-1)


def test_mnist(data):
    images, labels = mnist_test(data)
    folder = data / "models/mnist"
    older, newer = (
        open_model(folder / file, example={"x": images[:2]}, outputs=["class"])
        for file in ("mnist-8.onnx", "mnist-12.onnx")
    )
    assert np.mean(predict(newer, "x", images) == labels) == pytest.approx(0.9891, abs=1e-4)
    assert np.array_equal(predict(older, "x", images[:500]), predict(newer, "x", images[:500]))
    for model in (older, newer):
        assert model.max_batch == 1
        assert [layer.kind for layer in model.layers] == ["conv", "conv", "linear"]
        assert [layer.width for layer in model.layers] == [8, 16, 10]


def test_the_published_example_of_mnist_is_reproduced(data):
    folder = data / "models/mnist/tensorleap_inference_example"
    image = np.load(folder / "input.npy").reshape(1, 1, 28, 28)
    path = data / "models/mnist/mnist-12.onnx"
    model = open_model(path, example={"x": image}, outputs=["class"])
    expected = np.load(folder / "output.npy").reshape(1, 10)
    np.testing.assert_allclose(model.forward({"x": image}).outputs["class"], expected, atol=1e-5)


def test_resnet8_on_cifar10(data):
    rows = np.asarray(Image.open(data / "cifar10/lossless_train_batch_0.png").convert("RGB"))
    images = rows.reshape(1000, 32, 32, 3).astype(np.float32)
    with (data / "cifar10/labels_train_0-19999.csv").open() as file:
        table = list(csv.DictReader(file))
    column = next(name for name in table[0] if "label" in name.lower())
    labels = np.array([int(row[column]) for row in table[:1000]])
    path = data / "models/cifar10/mlperftiny_resnet8.converted.onnx"
    model = open_model(path, example={"image": images[:3]}, outputs=["class"])
    assert model.inputs[0].shape == (None, 32, 32, 3)
    assert np.mean(predict(model, "image", images) == labels) == pytest.approx(0.93, abs=0.02)
    result = model.forward({"image": images[:64]}, [layer.name for layer in model.layers])
    assert {layer.width for layer in model.layers} == {16, 32, 64, 10}
    assert all(np.isfinite(result.mean[layer.name]).all() for layer in model.layers)


def test_keyword_spotting(data):
    archive = np.load(data / "speech_commands_mfcc/kws01_500.npz")
    features = ((archive["mfcc_int8"].astype(np.float32) - 83) * 0.5847029).astype(np.float32)
    path = data / "models/audio/mlperftiny_kws.converted.onnx"
    model = open_model(path, example={"mfcc": features[:3]}, outputs=["class"])
    accuracy = np.mean(predict(model, "mfcc", features) == archive["labels"])
    assert accuracy == pytest.approx(0.896, abs=0.002)
    # depthwise convolutions are passed over: one full, four pointwise, one linear
    assert [layer.kind for layer in model.layers] == ["conv"] * 5 + ["linear"]


def test_sentiment_takes_integer_tokens_where_the_file_says_float(data):
    vocabulary = {}
    for line in (data / "models/text/text_classification_vocab.txt").read_text().splitlines():
        word, _, index = line.rpartition(" ")
        vocabulary[word] = int(index)
    with gzip.open(data / "imdb/imdb_test_2000.jsonl.gz", "rt") as file:
        reviews = [json.loads(line) for line in file][::4]
    tokens = np.zeros((len(reviews), 256), np.int64)
    for row, review in enumerate(reviews):
        words = [word for word in re.split(r"[ ,.!?\n]+", review["text"].lower()) if word]
        ids = [1, *(vocabulary.get(word, 2) for word in words)][:256]
        tokens[row, : len(ids)] = ids
    path = data / "models/text/text_classification.converted.onnx"
    model = open_model(path, example={"tokens": tokens[:2]}, outputs=["class"])
    labels = np.array([review["label"] for review in reviews])
    assert np.mean(predict(model, "tokens", tokens) == labels) > 0.88
    assert [layer.width for layer in model.layers] == [16, 16, 2]


def test_segmentation(data):
    folder = data / "coco_seg"
    with (folder / "images.csv").open() as file:
        table = [row for row in csv.DictReader(file) if float(row["person_pct"]) > 20][:12]
    ids = [row["id"].zfill(12) for row in table]
    size = (257, 257)
    photos = [Image.open(folder / f"images/{i}.jpg").convert("RGB").resize(size) for i in ids]
    masks = [
        Image.open(folder / f"masks/{i}.png").resize(size, Image.Resampling.NEAREST) for i in ids
    ]
    images = np.stack([np.asarray(p, np.float32) / 127.5 - 1 for p in photos])
    truth = np.stack([np.asarray(mask) == 1 for mask in masks])
    path = data / "models/segmentation/deeplabv3_257_mv_gpu.converted.onnx"
    model = open_model(path, example={"image": images[:1]}, outputs=["class"])
    found = predict(model, "image", images) == 15
    assert (found & truth).sum() / (found | truth).sum() > 0.6
    assert model.layers[-1].feeds == ("class",)
