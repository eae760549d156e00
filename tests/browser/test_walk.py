"""The walk through the page: open, colour, hover, click, lasso, filter, reload.

What the page says is compared with what scikit-learn's digits say, sample by sample.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect
from sklearn.datasets import load_digits

expect.set_options(timeout=20_000)
pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

SCREEN_OF_ALL = """() => {
    const box = document.querySelector("[data-testid=map] canvas").getBoundingClientRect();
    const map = window.perceptaMap;
    return Array.from({ length: map.stats().rows }, (_, row) => {
        const [x, y] = map.screenOf(row);
        return [x + box.x, y + box.y];
    });
}"""


def stats(page: Page) -> dict[str, Any]:
    answer: dict[str, Any] = page.evaluate("() => window.perceptaMap?.stats() ?? {}")
    return answer


def settle(page: Page) -> dict[str, Any]:
    """Wait until the map shows all that belongs there; return what it says of itself."""
    for _ in range(300):
        now = stats(page)
        if now.get("settled") and now["complete"] and now["indexReady"]:
            return now
        page.wait_for_timeout(50)
    pytest.fail(f"the map does not settle: {stats(page)}")


def open_run(page: Page) -> None:
    page.get_by_test_id("project-row").click()
    page.get_by_test_id("run-row").click()
    expect(page.get_by_test_id("map")).to_have_attribute("data-ready", "true")
    settle(page)


def screen_places(page: Page) -> np.ndarray:
    return np.array(page.evaluate(SCREEN_OF_ALL))


def loneliest(places: np.ndarray, page: Page) -> int:
    """Return the row whose dot is farthest from any other, well inside the map."""
    box = page.get_by_test_id("map").bounding_box()
    assert box is not None
    corner = np.array([box["x"], box["y"]])
    low, high = (
        corner + np.array([260, 60]),
        corner + np.array([box["width"] - 80, box["height"] - 60]),
    )
    apart = np.linalg.norm(places[:, None] - places[None], axis=-1)
    np.fill_diagonal(apart, np.inf)
    nearest = apart.min(axis=1)
    nearest[((places < low) | (places > high)).any(axis=1)] = -1
    return int(nearest.argmax())


def choose(page: Page, picker: str, field: str) -> None:
    page.get_by_test_id(picker).click()
    page.keyboard.type(field)
    page.keyboard.press("Enter")
    expect(page.get_by_test_id(picker)).to_contain_text(field)
    page.keyboard.press("Escape")


def labels_by_row(page: Page) -> list[int]:
    """Return the true digit of each row, as the server has it."""
    run = page.url.split("/runs/")[1].split("/")[0].split("?")[0]
    asked = {"fields": ["label"], "filter": [], "limit": 1000}
    base = page.url.split("#")[0].split("?")[0]
    rows: list[int] = []
    for offset in (0, 1000):
        answer = page.request.post(
            f"{base}api/runs/{run}/rows",
            data={**asked, "offset": offset},
            headers={"Origin": base.rstrip("/")},
        )
        assert answer.ok, answer.text()
        rows += [int(row["label"]) for row in answer.json()["rows"]]
    return rows


def test_the_walk(page: Page) -> None:
    digits = np.bincount(load_digits().target)
    open_run(page)

    # Open: every sample is a dot.
    assert stats(page)["webgl"]
    assert stats(page)["drawn"] == 1797
    expect(page.get_by_test_id("count-drawn")).to_have_text("1,797 drawn")
    labels = np.array(labels_by_row(page))
    assert np.array_equal(np.bincount(labels), digits)

    # Colour by label: the legend has all ten digits with their counts.
    choose(page, "pick-color", "label")
    legend = page.get_by_test_id("legend")
    for digit in range(10):
        expect(legend.locator(f"[data-value='{digit}']")).to_contain_text(str(digits[digit]))
    settle(page)

    # Hover and click: the panel shows that very sample.
    places = screen_places(page)
    row = loneliest(places, page)
    x, y = places[row]
    page.mouse.move(x - 2, y)
    page.mouse.move(x, y)
    expect(page.get_by_test_id("hover-card")).to_have_attribute("data-row", str(row))
    page.mouse.click(x, y)
    panel = page.get_by_test_id("sample-panel")
    expect(panel).to_have_attribute("data-row", str(row))
    expect(panel.get_by_test_id("visual").first).to_be_visible()
    expect(panel).to_contain_text("label")

    # Lasso around a region: exactly the dots inside are selected, and the grid shows them.
    page.get_by_test_id("close-sample").click()
    middle = np.median(places[labels == 0], axis=0)
    corners = [middle + offset for offset in ([-70, -70], [70, -70], [70, 70], [-70, 70])]
    page.keyboard.press("l")
    page.mouse.move(*corners[0])
    page.mouse.down()
    for corner in [*corners[1:], corners[0]]:
        page.mouse.move(*corner, steps=10)
    page.mouse.up()
    inside = int((np.abs(screen_places(page) - middle) <= 70).all(axis=1).sum())
    expect(page.get_by_test_id("count-selected")).not_to_have_text("0 selected")
    selected = int(page.get_by_test_id("count-selected").inner_text().split()[0].replace(",", ""))
    assert abs(selected - inside) <= max(2, inside // 50), "dots on the line may go either way"
    page.get_by_test_id("toggle-drawer").click()
    expect(page.get_by_test_id("tile").first).to_be_visible()

    # Filter: the counts are those of the data, and the selection keeps what it shows.
    legend.locator("[data-value='7']").click()
    expect(page.get_by_test_id("count-matching")).to_have_text(f"{digits[7]} match")
    expect(page.get_by_test_id("filter-chip")).to_contain_text("label")
    assert settle(page)["matching"] == digits[7]

    # Reload: the view is in the address.
    kept = page.get_by_test_id("count-selected").inner_text()
    page.wait_for_url(re.compile("drawer=1"))
    page.wait_for_url(re.compile("filter="))
    before = page.url
    page.reload()
    expect(page.get_by_test_id("count-matching")).to_have_text(f"{digits[7]} match")
    expect(page.get_by_test_id("pick-color")).to_contain_text("label")
    expect(page.get_by_test_id("count-selected")).to_have_text(kept)
    expect(page.get_by_test_id("drawer")).to_be_visible()
    assert page.url == before


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_map_is_drawn_in_either_theme(page: Page, scheme: str, tmp_path: Path) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", scheme)
    open_run(page)
    choose(page, "pick-color", "label")
    settle(page)
    page.screenshot(path=tmp_path / f"explore-{scheme}.png")
    shot = page.locator("[data-testid=map] canvas").screenshot()
    assert len(shot) > 20_000, "an empty canvas compresses to almost nothing"


def test_another_map_is_made_from_the_page(page: Page) -> None:
    open_run(page)
    before = page.url
    page.get_by_test_id("pick-map").click()
    page.get_by_test_id("new-map-algorithm").select_option("pca")
    page.get_by_test_id("new-map-start").click()
    expect(page.get_by_test_id("new-map-progress")).to_have_count(0, timeout=120_000)
    expect(page.get_by_test_id("pick-map")).to_contain_text("PCA", ignore_case=True)
    settle(page)
    expect(page).not_to_have_url(before)
