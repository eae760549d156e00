"""Does Focus Layer-CAM separate a class from its strongest rival better than Layer-CAM does?

    python benchmarks/focus.py digits     raw scores of ``models/mnist/mnist-12.onnx``, validation samples
    python benchmarks/focus.py photos     ``examples/coco_segmentation.py``: photos with two things in them

``digits`` deletes what each map marks, the hottest first, and looks at the score of the true class and at
its lead over the strongest other class; and how alike the maps of the two classes are. ``photos`` looks at
where the map of each of two things lies: on itself, or on the other. Data from ``$PERCEPTA_DATA``, else
``../shared/data``. The figures are those of docs/reference/attribution-methods.md.
"""

from __future__ import annotations

import argparse
import gzip
import os
import sys
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from percepta.analysis.attribution import Question
from percepta.analysis.attribution.fusing import enlarge
from percepta.core.progress import Silent
from percepta.core.targets import ClassTarget
from percepta.engine.evaluate import evaluate
from percepta.engine.explain import Explainer
from percepta.engine.explanation import FUSED, Wish
from percepta.integration import Prediction, from_datasets
from percepta.storage import Workspace

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("PERCEPTA_DATA", ROOT.parent / "shared" / "data"))
METHODS = ("layer-cam", "focus-layer-cam")
SAMPLES = 200
SHARES = np.arange(0.05, 0.31, 0.05)
"""Shares of the positions that are deleted."""
ORDERS = 5
"""Random orders that are chance."""
VOC_OF_COCO = {1: 15, 2: 2, 3: 7, 4: 14, 5: 1, 6: 6, 7: 19, 9: 4, 17: 8, 18: 12, 19: 13}
"""Classes that both name: person, bicycle, car, motorcycle, airplane, bus, train, boat, cat, dog, horse."""
LEAST = 0.01
"""Share of a photo's pixels that a thing must have, in truth and in the prediction."""

FloatArray = NDArray[np.float32]


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=("digits", "photos"))
    what = parser.parse_args().what
    with tempfile.TemporaryDirectory() as folder:
        (digits if what == "digits" else photos)(Workspace.open(Path(folder)))
    return 0


def digits(workspace: Workspace) -> None:
    """Print what deletion does to the score and to the lead, and how alike the two classes' maps are."""
    pixels = read("train-images-idx3-ubyte.gz", 16).reshape(-1, 1, 28, 28)[48_000:][:SAMPLES]
    labels = read("train-labels-idx1-ubyte.gz", 8)[48_000:][:SAMPLES].tolist()
    items = list(zip(pixels.astype(np.float32), labels, strict=True))
    names = [str(digit) for digit in range(10)]
    integration = from_datasets({"validation": items}, predictions=[Prediction("scores", names)])
    source = DATA / "models" / "mnist" / "mnist-12.onnx"
    run = evaluate(workspace, integration, source, project="mnist", progress=Silent())
    explainer = Explainer.open(run, integration, source, device="cpu")
    rows = {name: [] for name in (*METHODS, "at random")}
    alike: dict[str, list[float]] = {name: [] for name in METHODS}
    random = np.random.default_rng(0)
    for row, true in enumerate(labels):
        asked = explainer.ask([row])
        scores = asked.forward.outputs["scores"][0]
        rival = int(np.argmax(np.where(np.arange(10) == true, -np.inf, scores)))
        pair = ClassTarget("scores", true), ClassTarget("scores", rival)
        question = explainer.question(asked, pair)
        before = question.subject.values(question.inputs)
        for name in METHODS:
            own, other = (fused(explainer, row, target, name).ravel() for target in pair)
            rows[name].append(before - deleted(question, np.argsort(-own, kind="stable")))
            alike[name].append(cosine(own, other))
        chance = [deleted(question, random.permutation(28 * 28)) for _ in range(ORDERS)]
        rows["at random"].append(before - np.mean(chance, axis=0))
    explainer.close()
    print(
        "| deleted by | the score falls by | the lead falls by | cosine of the two classes' maps |"
    )
    print("|---|---|---|---|")
    for name, drops in rows.items():
        score, rivals = np.mean(drops, axis=(0, 1))
        told = f"{np.mean(alike[name]):.2f}" if name in alike else "–"
        print(f"| {name} | {score:.2f} | {score - rivals:.2f} | {told} |")
    lead = {name: np.mean(drops, axis=1) @ [1, -1] for name, drops in rows.items()}
    better = np.mean(lead[METHODS[1]] > lead[METHODS[0]])
    print(f"The lead falls further by Focus Layer-CAM for {better:.0%} of {SAMPLES} samples.")


def photos(workspace: Workspace) -> None:
    """Print where the maps of each of two things in a photo lie."""
    from percepta.cli.evaluation import run_evaluation
    from percepta.engine.options import EvaluateOptions
    from percepta.jobs.answering.opening import open_explainer

    told = run_evaluation(
        workspace,
        ROOT / "examples" / "coco_segmentation.py",
        project="coco",
        options=EvaluateOptions(visuals=False),
        algorithm=None,
        quiet=True,
    )
    run = workspace.run(told.run_id)
    explainer = open_explainer(workspace, run)
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in METHODS}
    for row in range(run.n):
        masks = things(str(run.key(row).id))
        if len(masks) < 2:
            continue
        said = explainer.ask([row]).forward.outputs["logits"][0].argmax(-1)
        seen = {index for index in masks if (said == index).mean() >= LEAST}
        if len(seen) < 2:
            continue
        for index in seen:
            others = np.any([masks[other] for other in seen - {index}], axis=0)
            for name in METHODS:
                heat = fused(explainer, row, ClassTarget("logits", index), name, others.shape)
                heat = heat / max(float(heat.sum()), 1e-12)
                found[name].append((float(heat[masks[index]].sum()), float(heat[others].sum())))
    explainer.close()
    print("| method | of its heat on the thing | on the other thing |")
    print("|---|---|---|")
    for name, shares in found.items():
        own, other = np.mean(shares, axis=0)
        print(f"| {name} | {own:.1%} | {other:.1%} |")
    plain, focused = (np.array(found[name])[:, 1] for name in METHODS)
    print(
        f"{len(plain)} maps; Focus Layer-CAM has less on the other thing in {np.mean(focused < plain):.0%}."
    )


def fused(
    explainer: Explainer,
    row: int,
    target: ClassTarget,
    method: str,
    size: tuple[int, ...] = (28, 28),
) -> FloatArray:
    """Return the map of three depths together, as fine as the input."""
    maps = explainer.explain(Wish((row,), (target,), method=method)).maps
    heat = next(one for one in maps if one.layer == FUSED)
    return enlarge(heat.values[None], size)[0]


def deleted(question: Question, order: NDArray[np.intp]) -> FloatArray:
    """Return the two classes' scores as the first positions of an order become empty, ``[shares, 2]``."""
    [(name, picture)] = question.inputs.items()
    found = []
    for share in SHARES:
        less = picture.copy()
        less.reshape(len(picture), -1)[:, order[: round(share * len(order))]] = 0
        found.append(question.subject.values({name: less}))
    return np.stack(found)


def things(photo: str) -> dict[int, NDArray[np.bool_]]:
    """Return where each thing is that is large enough, by its number among the model's classes."""
    drawn = Image.open(DATA / "coco_seg" / "masks" / f"{photo}.png")
    mask = np.asarray(drawn.resize((257, 257), Image.Resampling.NEAREST))
    found = {VOC_OF_COCO[index]: mask == index for index in VOC_OF_COCO}
    return {index: where for index, where in found.items() if where.mean() >= LEAST}


def cosine(a: FloatArray, b: FloatArray) -> float:
    return float(a @ b / max(float(np.linalg.norm(a) * np.linalg.norm(b)), 1e-12))


def read(name: str, header: int) -> NDArray[np.uint8]:
    with gzip.open(DATA / "mnist" / name) as file:
        return np.frombuffer(file.read(), np.uint8, offset=header)


if __name__ == "__main__":
    sys.exit(main())
