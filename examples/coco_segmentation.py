"""Segmenting people and cars in COCO photos: ``percepta evaluate examples/coco_segmentation.py``.

The model is a DeepLabV3 on MobileNetV2 that knows the 21 classes of Pascal VOC; we ask it for three.

What to look at: small things are missed (``iou_person`` follows ``person_percent``), and greyscale photos
cost three times the loss. Over the pixels of all photos together the IoU is 0.632 for people, 0.431 for cars;
the mean over photos, which percepta shows, is lower, for a small car counts as much as a large one.
"""

from __future__ import annotations

import csv
from colorsys import rgb_to_hsv
from functools import lru_cache

import numpy as np
from PIL import Image
from real_data import find

import percepta as pc

SIDE = 257  # pixels; the model file takes no other size
CLASSES = ["background", "person", "car"]
VOC = """background aeroplane bicycle bird boat bottle bus car cat chair cow table dog horse motorbike
person plant sheep sofa train screen""".split()
VOC_CAR, VOC_PERSON = VOC.index("car"), VOC.index("person")
COCO_PERSON, COCO_CAR, COCO_VEHICLES = 1, 3, range(2, 10)


@pc.subsets
def subsets():
    """COCO's own split. The ids are those of the photos; ``samples.data`` has a row for each."""
    folder = find("coco_seg")
    with (folder / "images.csv").open() as file:
        rows = {row["id"].zfill(12): row for row in csv.DictReader(file)}
    here = {name: row for name, row in rows.items() if (folder / f"images/{name}.jpg").exists()}
    names = {"training": "train", "validation": "val"}
    return [
        pc.Samples(subset, [name for name, row in here.items() if row["subset"] == part], here)
        for subset, part in names.items()
    ]


@lru_cache(128)  # several functions ask for the same photo
def photo(name: str) -> np.ndarray:
    """The photo, uint8 ``[257, 257, 3]``."""
    opened = Image.open(find("coco_seg") / f"images/{name}.jpg")
    return np.asarray(opened.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BILINEAR))


@lru_cache(128)
def coco_classes(name: str) -> np.ndarray:
    """COCO's class of every pixel, uint8 ``[257, 257]``; 0 is none."""
    opened = Image.open(find("coco_seg") / f"masks/{name}.png")
    return np.asarray(opened.resize((SIDE, SIDE), Image.Resampling.NEAREST))


@pc.input("image", channel_axis=-1)
def image(sample_id, samples):
    """Colours ``[257, 257, 3]`` from -1 to 1."""
    return photo(sample_id).astype(np.float32) / 127.5 - 1


@pc.ground_truth("classes")
def classes(sample_id, samples):
    """Class of every pixel ``[257, 257]``: 0, 1 or 2."""
    mask = coco_classes(sample_id)
    return ((mask == COCO_PERSON) + 2 * (mask == COCO_CAR)).astype(np.uint8)


@pc.metadata
def facts(sample_id, samples):
    """What is on the photo, and what kind of photo it is."""
    pixels, mask = photo(sample_id), coco_classes(sample_id)
    hue, _, _ = rgb_to_hsv(*(pixels.mean(axis=(0, 1)) / 255))
    return {
        "person_percent": 100 * float((mask == COCO_PERSON).mean()),
        "car_percent": 100 * float((mask == COCO_CAR).mean()),
        "vehicle_percent": 100 * float(np.isin(mask, COCO_VEHICLES).mean()),
        "greyscale": samples.data[sample_id]["grayscale"] == "1",
        "brightness": float(pixels.mean()),  # 0 to 255
        "hue": 360 * hue,  # of the mean colour, in degrees: 0 red, 120 green, 240 blue
    }


def three(logits: np.ndarray) -> np.ndarray:
    """Logits of our three classes from the model's 21; background is the strongest of the other 19."""
    planes = np.ascontiguousarray(np.moveaxis(logits, -1, 0))  # maxima of planes are quick
    background = np.delete(planes, [VOC_CAR, VOC_PERSON], axis=0).max(axis=0)
    return np.stack([background, planes[VOC_PERSON], planes[VOC_CAR]], axis=-1)


# Losses and metrics get whole batches, and give one value per sample.
@pc.loss("cross_entropy")
def cross_entropy(logits, classes):
    """Cross-entropy of every pixel, averaged over the photo."""
    return pc.losses.cross_entropy(three(logits), classes)


@pc.metric("iou", direction="up")
def iou(logits, classes):
    """Intersection over union of each class; missing where the photo has none of it."""
    found = three(logits).argmax(axis=-1)
    return {name: _overlap(found == c, classes == c) for c, name in enumerate(CLASSES) if c}


def _overlap(found: np.ndarray, true: np.ndarray) -> np.ndarray:
    both, either = (found & true).sum(axis=(1, 2)), (found | true).sum(axis=(1, 2))
    return np.where(true.any(axis=(1, 2)), both / np.maximum(either, 1), np.nan)


@pc.visualizer("photo")
def shown(image):
    """The photo as the model sees it."""
    return pc.Image((image + 1) * 127.5)


@pc.visualizer("true classes")
def true_classes(image, classes):
    """What people drew."""
    return pc.ImageMask(classes, (image + 1) * 127.5, CLASSES)


@pc.visualizer("predicted classes")
def predicted_classes(image, logits):
    """What the model finds."""
    return pc.ImageMask(three(logits).argmax(axis=-1), (image + 1) * 127.5, CLASSES)


@pc.model(predictions=[pc.Prediction("logits", labels=VOC)])
def model():
    """Converted from TensorFlow Lite with tf2onnx; its batch is fixed at 1, which percepta minds."""
    return find("models/segmentation/deeplabv3_257_mv_gpu.converted.onnx")
