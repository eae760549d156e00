"""The analysis of a sample of the digits demo: why the model says what it says, drawn over the digit."""

from __future__ import annotations

import re
from base64 import b64decode
from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.browser.test_walk import open_run

expect.set_options(timeout=30_000)
pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

ROW = 1500
PICTURE = "canvas => canvas.toDataURL()"


def analyze(page: Page, row: int = ROW, **view: str) -> None:
    """Open the analysis by its address, as a link from a colleague."""
    open_run(page)
    asked = "&".join(f"{name}={text}" for name, text in {"sample": str(row), **view}.items())
    page.goto(f"{page.url.split('?')[0]}/analyze?{asked}")
    expect(page.get_by_test_id("map-caption").first).to_be_visible()


def chosen(page: Page) -> Locator:
    return page.get_by_test_id("target").and_(page.locator("[aria-selected=true]"))


def drawn(page: Page) -> np.ndarray:
    """Return the pixels of the map over the digit, ``[8, 8, 4]``, once it is that of the chosen tab."""
    key = chosen(page).get_attribute("data-key")
    figure = page.locator(f"[data-testid=map-figure][data-target='{key}']:not([data-stale])")
    expect(figure).to_be_visible()
    _, png = figure.get_by_test_id("heat").evaluate(PICTURE).split(",")
    return np.asarray(Image.open(BytesIO(b64decode(png))).convert("RGBA"))


def test_every_class_of_a_digit_has_a_map_of_its_own(page: Page) -> None:
    open_run(page)
    page.goto(f"{page.url.split('?')[0]}?sample={ROW}")
    expect(page.get_by_test_id("sample-panel")).to_have_attribute("data-row", str(ROW))
    page.get_by_test_id("analyze").click()
    expect(page).to_have_url(re.compile(rf"/analyze\?.*sample={ROW}"))

    # Ten classes, the predicted first, then both readings of the loss.
    expect(page.get_by_test_id("target")).to_have_count(12)
    expect(chosen(page)).to_contain_text("predicted")
    caption = page.get_by_test_id("map-caption")
    expect(caption).to_contain_text("Layer-CAM")
    expect(caption).to_contain_text("fused over")
    expect(caption).to_contain_text("ersion")

    # A map is really drawn, and another class has another; no question is asked for it.
    first = drawn(page)
    assert first[..., 3].max() > 200
    assert first[..., 3].min() < 60
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.keyboard.press("2")
    second = drawn(page)
    assert not np.array_equal(first, second)
    assert not [url for url in asked if url.endswith("/explain") and "class" in url]
    label = chosen(page).locator("b").inner_text()
    expect(caption).to_contain_text(f"class {label} of digit")

    # Reload: the view is in the address.
    page.wait_for_url(re.compile("target=class"))
    page.reload()
    assert np.array_equal(drawn(page), second)
    expect(chosen(page).locator("b")).to_have_text(label)

    # Back leads to the map, with the sample still chosen.
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("sample-panel")).to_have_attribute("data-row", str(ROW))

    # So does the question what else is like it, which is asked there.
    page.keyboard.press("a")
    expect(page.get_by_test_id("map-caption").first).to_be_visible()
    page.keyboard.press("s")
    expect(page.get_by_test_id("similars")).to_have_attribute("data-ready", "true")
    expect(page.get_by_text(re.compile("^similar to .*, 50$"))).to_be_visible()
    page.wait_for_url(re.compile(r"/runs/\w+\?filter=.*similar="))
    expect(page.get_by_test_id("sample-panel")).to_have_attribute("data-row", str(ROW))


def test_the_loss_is_read_both_ways(page: Page) -> None:
    analyze(page, 1511)
    page.get_by_test_id("target").filter(has_text="lowers").click()
    lowers = drawn(page)
    page.get_by_test_id("target").filter(has_text="raises").click()
    raises = drawn(page)
    blue, orange = lowers[lowers[..., 3] > 128], raises[raises[..., 3] > 128]
    assert len(blue), "something lowers the loss of a digit that is recognised"
    assert (blue[:, 2] > blue[:, 0]).all()
    assert (orange[:, 0] > orange[:, 2]).all()
    marked = (lowers[..., 3] > 0) & (raises[..., 3] > 0)
    assert not marked.any(), "what raises it does not lower it"
    expect(page.get_by_test_id("map-caption")).to_contain_text("the loss cross_entropy")


def test_methods_layers_and_channels(page: Page) -> None:
    analyze(page)
    before = drawn(page)
    page.keyboard.press("m")
    page.locator("[data-testid=method][data-name=integrated-gradients]").click()
    expect(page.get_by_test_id("map-caption")).to_contain_text("Integrated gradients")
    expect(page.get_by_test_id("map-caption")).to_contain_text("at the input")
    assert not np.array_equal(drawn(page), before)
    expect(page.get_by_test_id("layers")).to_have_count(0)

    expect(page.get_by_role("menu")).to_have_count(0)  # while it closes, it takes the key
    page.keyboard.press("m")
    page.locator("[data-testid=method][data-name='grad-cam']").click()
    expect(page.get_by_test_id("layer")).to_have_count(4)
    expect(page.get_by_role("menu")).to_have_count(0)  # while it is open, keys are its own
    page.keyboard.press("]")
    expect(page.get_by_test_id("map-caption")).to_contain_text("layer features.0")
    expect(page.get_by_test_id("channels")).to_have_attribute("data-layer", "features.0")
    expect(page.get_by_test_id("channels").get_by_test_id("weight")).to_have_count(12)

    # A layer without positions can be added: it has channels, but no map.
    page.get_by_test_id("add-layer").click()
    page.get_by_role("option").filter(has_text="embedding").click()
    expect(page.get_by_test_id("layer")).to_have_count(5)
    expect(page.get_by_test_id("channels")).to_have_attribute("data-layer", "embedding")
    expect(page.get_by_test_id("stage")).to_contain_text("has no positions")

    # The overlay goes and comes.
    page.keyboard.press("[")
    expect(page.get_by_test_id("map-figure").get_by_test_id("heat")).to_have_count(1)
    page.keyboard.press("o")
    expect(page.get_by_test_id("map-figure").get_by_test_id("heat")).to_have_count(0)


def test_maps_are_compared_and_tested(page: Page) -> None:
    analyze(page, compare="classes")
    cells = page.get_by_test_id("class-cell")
    expect(cells).to_have_count(10)
    maps = [cells.nth(at).get_by_test_id("heat").evaluate(PICTURE) for at in range(10)]
    assert len(set(maps)) == 10
    page.get_by_test_id("compare").get_by_text("Predicted | true").click()
    expect(page.get_by_test_id("beside").get_by_test_id("map-figure")).to_have_count(2)
    page.get_by_test_id("test-map").click()
    expect(page.get_by_test_id("faithfulness").get_by_test_id("curve")).to_have_count(2)
    expect(page.get_by_test_id("faithfulness")).to_contain_text("Deleting what it marks")


def test_arrows_go_on_to_the_next_sample(page: Page) -> None:
    analyze(page)
    before = drawn(page)
    page.keyboard.press("ArrowRight")
    expect(page.get_by_test_id("analyze-page")).to_have_attribute("data-row", str(ROW + 1))
    expect(page.get_by_test_id("map-figure")).to_be_visible()
    assert not np.array_equal(drawn(page), before)


def test_without_a_sample_the_page_says_what_to_do(page: Page) -> None:
    open_run(page)
    page.goto(f"{page.url.split('?')[0]}/analyze")
    expect(page.get_by_test_id("empty-state")).to_contain_text("press A")


def test_two_samples_stand_side_by_side(page: Page) -> None:
    analyze(page)
    page.keyboard.press("c")
    columns = page.get_by_test_id("pair-column")
    expect(columns).to_have_count(2)
    expect(columns.get_by_test_id("map-figure")).to_have_count(2)
    nearest = columns.nth(1).get_attribute("data-row")
    assert nearest != str(ROW)
    expect(columns.first).to_contain_text("similarity 0.")

    # The same target of both, on one scale, with its number in the table.
    keys = [
        columns.nth(at).get_by_test_id("map-figure").get_attribute("data-target") for at in (0, 1)
    ]
    assert keys[0] == keys[1] == chosen(page).get_attribute("data-key")
    scales = [columns.nth(at).get_by_label("Scale of the colours").inner_text() for at in (0, 1)]
    assert scales[0] == scales[1]
    expect(page.get_by_test_id("differences").locator("tbody tr")).to_have_count(11)

    # The nearest of another label is labelled otherwise; the address holds it.
    page.get_by_test_id("pick-other").click()
    page.locator("[data-testid=other][data-other=unlike]").click()
    page.wait_for_url(re.compile("compare=sample.*other=unlike"))
    expect(columns.nth(1)).not_to_have_attribute("data-row", str(nearest))
    true = [columns.nth(at).locator("[data-truth] > span").inner_text() for at in (0, 1)]
    assert true[0] != true[1]

    # Any sample by its picture; turned round, the first stands beside it.
    page.get_by_test_id("pick-other").click()
    page.get_by_test_id("other-near").nth(3).click()
    page.wait_for_url(re.compile(r"other=\d+"))
    other = columns.nth(1).get_attribute("data-row")
    page.get_by_test_id("turn").click()
    expect(page.get_by_test_id("analyze-page")).to_have_attribute("data-row", str(other))
    expect(columns.nth(1)).to_have_attribute("data-row", str(ROW))
    expect(columns.get_by_test_id("map-figure")).to_have_count(2)

    page.keyboard.press("c")
    expect(page.get_by_test_id("pair")).to_have_count(0)


def test_another_version_needs_another_run(page: Page) -> None:
    analyze(page)
    page.keyboard.press("v")
    expect(page.get_by_test_id("pair")).to_contain_text("one run only")
    expect(page.get_by_test_id("map-figure")).to_have_count(1)


def test_the_model_is_opened_while_the_pointer_rests_on_the_button(page: Page) -> None:
    open_run(page)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.split("/api/")[-1]))
    page.goto(f"{page.url.split('?')[0]}?sample={ROW}")
    expect(page.get_by_test_id("sample-panel")).to_have_attribute("data-row", str(ROW))
    assert not [url for url in asked if "methods" in url], "nobody has asked yet"
    with page.expect_request(re.compile("/methods$")):
        page.get_by_test_id("analyze").hover()
