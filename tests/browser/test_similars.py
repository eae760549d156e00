"""Fetch similars on the digits demo: gallery, group, named filter, heat maps, and a link that keeps them."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.test_view import open_run
from tests.browser.test_walk import labels_by_row

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
SLOW = 60_000  # the first answer starts a process and opens the model
QUERY = 300


def ready(page: Page) -> Locator:
    """Return the similars, as soon as they answer what is asked now."""
    panel = page.locator("[data-testid=similars][data-ready]")
    expect(panel.get_by_test_id("score").first).to_be_visible(timeout=SLOW)
    return panel


def fetch(page: Page) -> Locator:
    expect(page.get_by_test_id("sample-panel")).to_have_attribute("data-row", str(QUERY))
    page.keyboard.press("s")
    return ready(page)


def found(panel: Locator) -> list[tuple[int, float]]:
    """Return row and score of the tiles in sight, but for the query."""
    tiles = panel.get_by_test_id("tile")
    read: list[tuple[int, str]] = tiles.evaluate_all(
        "all => all.map(e => [+e.dataset.row, e.querySelector('[data-testid=score]')?.innerText])"
    )
    return [(row, float(score)) for row, score in read if score is not None]


def in_address(page: Page, name: str) -> str:
    return parse_qs(urlsplit(page.url.split("#")[1]).query)[name][0]


def test_similars_of_a_sample(page: Page) -> None:
    open_run(page, sample=str(QUERY), color="label")
    labels = labels_by_row(page)
    panel = fetch(page)

    # Ordered by similarity; most look alike to a person too.
    gallery = found(panel)
    assert len(gallery) >= 8
    assert QUERY not in [row for row, _ in gallery]
    scores = [score for _, score in gallery]
    assert scores == sorted(scores, reverse=True)
    assert 0.5 < scores[0] <= 1
    alike = [row for row, _ in gallery if labels[row] == labels[QUERY]]
    assert len(alike) > len(gallery) / 2

    # What they have in common is told against the population.
    reading = panel.get_by_test_id("similars-reading")
    expect(reading.get_by_test_id("similars-shares-label")).to_contain_text(str(labels[QUERY]))
    expect(reading.get_by_test_id("similars-loss")).to_contain_text("mean loss")
    expect(reading).to_contain_text("What tells them from the rest")

    # The same set is lit on the map, by a filter with a name; turned round it leaves them out.
    chip = page.get_by_test_id("filter-chip")
    expect(chip).to_have_text("similar to training/300, 50")
    expect(page.get_by_test_id("count-matching")).to_have_text("50 match")
    expect(page.get_by_test_id("count-selected")).to_have_text("1 selected")
    chip.get_by_role("button").first.click(modifiers=["Alt"])
    expect(chip).to_have_text("notsimilar to training/300, 50")
    expect(page.get_by_test_id("count-matching")).to_have_text("1,747 match")
    chip.get_by_role("button").first.click(modifiers=["Alt"])

    # Why: heat maps come in over the pictures in sight, the query's too; a line says what they are.
    for at in range(8):
        heat = panel.get_by_test_id("tile").nth(at).get_by_test_id("heat")
        expect(heat).to_have_count(1, timeout=SLOW)
    made = panel.get_by_test_id("similars-made")
    expect(made).to_contain_text("Layer-CAM, towards training/300 in balanced")
    expect(made).to_contain_text("version")
    painted = panel.get_by_test_id("heat").first.evaluate(
        "e => e.getContext('2d').getImageData(0, 0, e.width, e.height).data.some(v => v > 0)"
    )
    assert painted
    panel.get_by_test_id("similars-why").uncheck()
    expect(panel.get_by_test_id("heat")).to_have_count(0)

    # The address holds all of it.
    page.wait_for_url(re.compile("similar_why=0"))
    assert json.loads(in_address(page, "filter"))[0]["name"] == "similar to training/300, 50"
    page.reload()
    assert found(ready(page)) == gallery
    expect(chip).to_have_text("similar to training/300, 50")
    expect(page.get_by_test_id("count-matching")).to_have_text("50 match")
    expect(panel.get_by_test_id("heat")).to_have_count(0)


def test_limit_candidates_and_walking(page: Page) -> None:
    open_run(page, sample=str(QUERY), color="label")
    panel = fetch(page)
    chip = page.get_by_test_id("filter-chip")
    panel.get_by_test_id("similars-limit").select_option("10")
    expect(chip).to_have_text("similar to training/300, 10")
    panel.get_by_test_id("similars-among").select_option("validation")
    expect(panel.get_by_test_id("similars-made")).to_contain_text("10 of 360 compared")
    rows = [row for row, _ in found(ready(page))]
    assert min(rows) >= 1437, "the rows of the validation subset follow those of training"
    expect(chip).to_have_count(1)

    # Arrows walk from the most similar to the least; the queries stay marked.
    for row in rows[:3]:
        page.keyboard.press("ArrowRight")
        expect(page.get_by_test_id("sample-panel")).to_have_attribute("data-row", str(row))
    expect(page.get_by_test_id("count-selected")).to_have_text("1 selected")

    # Escape closes the similars; what they found stays in the filter.
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("similars")).to_have_count(0)
    expect(chip).to_have_text("similar to training/300, 10")


def test_similars_of_a_cluster_and_of_a_selection(page: Page) -> None:
    open_run(page, color="label")
    line = page.get_by_test_id("legend").locator("li").nth(4)
    line.hover()
    line.get_by_test_id("similars-of-value").click()
    panel = ready(page)
    expect(page.get_by_test_id("filter-chip")).to_have_text("similar to label 4, 50")
    expect(page.get_by_test_id("count-selected")).to_have_text("181 selected")
    labels = labels_by_row(page)
    assert 4 not in [labels[row] for row, _ in found(panel)], "who was asked for is not an answer"

    page.goto(f"{page.url.split('?')[0]}?select=r5.1.1")
    page.get_by_test_id("selection-summary").get_by_test_id("fetch-similars").click()
    ready(page)
    expect(page.get_by_test_id("filter-chip")).to_have_text("similar to 3 samples, 50")


DROP = """([data, name]) => {
    const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([bytes], name));
    const at = document.querySelector("[data-testid=explore-page]");
    const told = (kind) => at.dispatchEvent(
        new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true })
    );
    told("dragenter");
    window.letGo = () => told("drop");
}"""


def test_similars_of_a_dropped_file(page: Page, tmp_path: Path) -> None:
    open_run(page, sample=str(QUERY))
    picture = page.get_by_test_id("sample-panel").locator("img").first
    expect(picture).to_be_visible()
    address = picture.evaluate("image => image.src")
    data = page.request.get(address).body()

    # What is held over the page says what letting go would do.
    page.evaluate(DROP, [base64.b64encode(data).decode(), "a nine.png"])
    expect(page.get_by_test_id("drop-file")).to_have_text("Drop to find similars")
    page.evaluate("window.letGo()")
    expect(page.get_by_test_id("drop-file")).to_have_count(0)

    # The sample that the picture was made from comes first; the file stands for itself.
    panel = ready(page)
    gallery = found(panel)
    assert gallery[0][0] == QUERY
    assert gallery[0][1] > 0.99
    query = panel.get_by_test_id("file-query")
    expect(query).to_contain_text("a nine.png")
    expect(query).to_contain_text("resized to 8 × 8 pixels")
    expect(query.get_by_test_id("heat")).to_have_count(1, timeout=SLOW)
    expect(page.get_by_test_id("filter-chip")).to_have_text("similar to a nine.png, 50")
    assert in_address(page, "similar_file").endswith(" a nine.png")

    # A page that is loaded anew does not have it, says so, and takes it again.
    page.reload()
    expect(page.get_by_test_id("similars")).to_contain_text("a nine.png is not here any more")
    again = tmp_path / "again.png"
    again.write_bytes(data)
    page.get_by_test_id("similars").get_by_test_id("file-input").first.set_input_files(again)
    panel = ready(page)
    expect(panel.get_by_test_id("file-query")).to_contain_text("again.png")
    assert found(panel)[0][0] == QUERY
