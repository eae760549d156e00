"""Dashboards in the page: from a bar to a sample, and everything that a dashboard is made of."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
SLOW = 60_000  # the first question opens the run; the first ranking starts a process


def api(page: Page, method: str, path: str, body: Any = None) -> Any:
    """Ask the server as the page does."""
    base = page.url.split("#")[0].split("?")[0]
    answer = page.request.fetch(
        f"{base}api/{path}", method=method, data=body, headers={"Origin": base.rstrip("/")}
    )
    assert answer.ok, answer.text()
    return answer.json()


def run_of(page: Page) -> str:
    [project] = api(page, "GET", "projects")
    [run] = api(page, "GET", f"projects/{project['id']}/runs")
    found: str = run["id"]
    return found


def rows_of(page: Page, run: str, **asked: Any) -> list[dict[str, Any]]:
    body = {"filter": [], "fields": None, "limit": 1000, **asked}
    rows: list[dict[str, Any]] = api(page, "POST", f"runs/{run}/rows", body)["rows"]
    return rows


def show(page: Page, run: str, dashlets: list[dict[str, Any]]) -> None:
    """Open a dashboard of these dashlets."""
    project = api(page, "GET", f"runs/{run}")["project"]
    places = [{"x": 0, "y": 12 * at, "w": 24, "h": 12} for at in range(len(dashlets))]
    document = {
        "name": "Walk",
        "dashlets": [
            {"id": f"d{at}", "place": place, **dashlet}
            for at, (place, dashlet) in enumerate(zip(places, dashlets, strict=True))
        ],
    }
    made = api(page, "POST", f"projects/{project}/dashboards", document)
    page.goto(f"{page.url.split('#')[0]}#/runs/{run}/dashboards/{made['id']}")
    expect(page.get_by_test_id("dashlet")).to_have_count(len(dashlets), timeout=SLOW)


def dashlet(page: Page, kind: str) -> Locator:
    return page.locator(f"[data-testid=dashlet][data-kind={kind}]")


def shown_rows(table: Locator) -> list[int]:
    """Return the rows of the lines in sight, from top to bottom."""
    read: list[list[int]] = table.get_by_test_id("table-row").evaluate_all(
        "all => all.map(e => [+e.getAttribute('aria-rowindex'), +e.dataset.row])"
    )
    return [row for _, row in sorted(read)]


TIP = """() => {
    const tip = [...document.querySelectorAll("[class*=_tip_]")].find((one) => one.checkVisibility());
    return [tip?.querySelector("b")?.innerText, tip?.querySelector("em")?.innerText];
}"""


def bars_by_tip(page: Page, chart: Locator) -> dict[str, tuple[float, float, float]]:
    """Walk over a chart; return what stands where: the words of the tip with place and value."""
    box = chart.bounding_box()
    assert box is not None
    y = box["y"] + box["height"] - 46
    found: dict[str, tuple[float, float, float]] = {}
    for step in range(60):
        x = box["x"] + 50 + step * (box["width"] - 66) / 60
        page.mouse.move(x, y)
        page.wait_for_timeout(25)
        title, value = page.evaluate(TIP)
        if title and value and title not in found:
            found[title] = (x, y, float(value.replace(",", "")))
    return found


def test_from_a_bar_of_cars_to_the_worst_photo(coco_page: Page) -> None:
    page = coco_page
    run = run_of(page)
    loss = {"aggregate": "average", "field": "loss"}
    cars = {"field": "car_percent", "kind": "bins", "interval": 1}
    show(
        page,
        run,
        [
            {
                "kind": "histogram",
                "title": "Loss by cars",
                "settings": {"x": cars, "measures": [loss]},
            },
            {"kind": "samples", "settings": {"fields": ["sample_id", "car_percent", "loss"]}},
        ],
    )
    chart = dashlet(page, "histogram").locator("[role=img]")
    expect(chart.locator("canvas").first).to_be_visible(timeout=SLOW)
    table = dashlet(page, "samples")
    everything = rows_of(page, run, fields=["car_percent", "loss"])
    expect(table.get_by_test_id("samples-count")).to_have_text(f"{len(everything)} samples")

    # The high bar, clicked: a chip in the bar, and the table shows exactly its samples.
    bars = bars_by_tip(page, chart)
    assert len(bars) >= 3, bars  # no car, few cars, a street
    x, y, height = max(bars.values(), key=lambda bar: bar[2])
    page.mouse.click(x, y)
    expect(page.get_by_test_id("filter-chip")).to_contain_text("car_percent")
    page.wait_for_url(re.compile("filter="))
    chosen = json.loads(
        page.evaluate("new URLSearchParams(location.hash.split('?')[1]).get('filter')")
    )
    matching = rows_of(
        page,
        run,
        fields=["car_percent", "loss"],
        filter=[{**clause, "negate": False, "enabled": True} for clause in chosen],
    )
    assert 0 < len(matching) < len(everything)
    expect(table.get_by_test_id("samples-count")).to_contain_text(
        re.compile(f"^{len(matching)} sample")
    )
    expect(table.get_by_test_id("table-row")).to_have_count(len(matching))
    assert set(shown_rows(table)) == {row["row"] for row in matching}
    average = sum(row["loss"] for row in matching) / len(matching)
    assert height == pytest.approx(average, rel=2e-3), "the tip says the average of these samples"

    # By loss, largest first; the worst is opened with the keyboard and its panel comes.
    table.locator("[role=columnheader][data-field=loss]").click()
    worst = sorted(matching, key=lambda row: -row["loss"])
    expect(table.locator("[aria-rowindex='1']")).to_have_attribute("data-row", str(worst[0]["row"]))
    assert shown_rows(table) == [row["row"] for row in worst]
    table.get_by_test_id("sample-table").focus()
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    panel = page.get_by_test_id("sample-panel")
    expect(panel).to_have_attribute("data-row", str(worst[0]["row"]), timeout=SLOW)
    expect(panel.get_by_test_id("visual").first).to_be_visible()


def test_a_dashboard_is_made_changed_and_kept(page: Page, tmp_path: Path) -> None:
    run = run_of(page)
    show(page, run, [{"kind": "confusion", "settings": {}}, {"kind": "samples", "settings": {}}])
    matrix = dashlet(page, "confusion")
    count = dashlet(page, "samples").get_by_test_id("samples-count")
    expect(count).to_have_text("1,797 samples", timeout=SLOW)

    # Cross-filter: a pair of the matrix leaves those samples in the table; undo brings all back.
    pair = matrix.get_by_test_id("confused-pair").first
    expect(pair).to_be_visible(timeout=SLOW)
    confused = int(pair.locator("em").inner_text())
    pair.click()
    expect(page.get_by_test_id("filter-chip")).to_have_count(2)
    page.get_by_test_id("filter-undo").click()
    expect(page.get_by_test_id("filter-chip")).to_have_count(0)
    expect(count).to_have_text("1,797 samples")
    pair.click()
    expect(page.get_by_test_id("filter-chip")).to_have_count(2)
    expect(count).to_have_text(re.compile(f"^{confused} sample"))
    assert len(shown_rows(dashlet(page, "samples"))) == confused
    page.wait_for_url(re.compile("filter="))
    page.reload()
    expect(page.get_by_test_id("filter-chip")).to_have_count(2, timeout=SLOW)
    expect(count).to_have_text(re.compile(f"^{confused} sample"))

    # Kept as a collection, which chooses the same samples again.
    page.get_by_test_id("save-collection").click()
    page.get_by_test_id("collection-name").fill("taken for another")
    page.get_by_test_id("collection-keep").click()
    expect(page.get_by_test_id("collection-keep")).to_have_count(0)
    page.get_by_test_id("clear-filter").click()
    expect(count).to_have_text("1,797 samples")
    page.get_by_test_id("add-filter").click()
    page.get_by_test_id("collection").filter(has_text="taken for another").click()
    expect(count).to_have_text(re.compile(f"^{confused} sample"))
    page.keyboard.press("Escape")
    page.get_by_test_id("clear-filter").click()

    # A dashlet is added, moved by keys, and taken back.
    page.get_by_test_id("add-dashlet").click()
    page.get_by_test_id("add-number").click()
    number = dashlet(page, "number")
    expect(number).to_have_count(1)
    before = number.bounding_box()
    assert before is not None
    number.focus()
    page.keyboard.press("Shift+ArrowRight")
    moved = "([one, x]) => one.getBoundingClientRect().x > x + 10"
    page.wait_for_function(moved, arg=[number.element_handle(), before["x"]])
    page.get_by_test_id("dashboard-undo").click()
    page.get_by_test_id("dashboard-undo").click()
    expect(number).to_have_count(0)
    expect(page.get_by_test_id("save-state")).to_have_attribute("data-state", "saved", timeout=SLOW)

    # What explains the loss becomes a dashlet.
    page.get_by_test_id("open-tells").click()
    tell = page.get_by_test_id("tell").first
    expect(tell).to_be_visible(timeout=SLOW)
    told = tell.get_attribute("data-field")
    tell.get_by_test_id("tell-add").click()
    expect(dashlet(page, "bar").locator("h3")).to_have_text(f"Average loss by {told}")
    expect(page.get_by_test_id("save-state")).to_have_attribute("data-state", "saved", timeout=SLOW)

    # Exported and imported: the same dashboard once more.
    page.get_by_test_id("dashboard-chooser").click()
    with page.expect_download() as download:
        page.get_by_test_id("dashboard-export").click()
    file = tmp_path / "dashboard.json"
    download.value.save_as(file)
    exported = json.loads(file.read_text())
    assert [one["kind"] for one in exported["dashlets"]] == ["confusion", "samples", "bar"]
    exported_from = page.url.split("?")[0]
    page.get_by_test_id("dashboard-chooser").click()
    with page.expect_file_chooser() as chooser:
        page.get_by_test_id("dashboard-import").click()
    chooser.value.set_files(file)
    page.wait_for_url(lambda url: url.split("?")[0] != exported_from)
    expect(page.get_by_test_id("dashlet")).to_have_count(3, timeout=SLOW)
    imported = api(page, "GET", f"dashboards/{page.url.split('?')[0].rsplit('/', 1)[1]}")
    assert imported["document"]["dashlets"] == exported["dashlets"]


def test_the_table_by_keyboard_and_its_export(page: Page, tmp_path: Path) -> None:
    run = run_of(page)
    page.goto(
        f"{page.url.split('#')[0]}#/runs/{run}/samples?layout=table&columns=%5B%22loss%22%2C%22label%22%5D"
    )
    table = page.get_by_test_id("sample-table")
    expect(table.get_by_test_id("table-row").first).to_be_visible(timeout=SLOW)
    table.locator("[role=columnheader][data-field=loss]").click()
    worst = [
        row["row"] for row in rows_of(page, run, fields=["loss"], order_by="loss", descending=True)
    ]
    expect(table.locator("[aria-rowindex='1']")).to_have_attribute("data-row", str(worst[0]))

    # Space picks, Shift with an arrow goes on; the list stays whole until asked.
    table.focus()
    page.keyboard.press("Home")
    page.keyboard.press("Space")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Shift+ArrowDown")
    expect(table.locator("[aria-selected=true]")).to_have_count(3)
    expect(page.get_by_test_id("gallery-count")).to_contain_text("1,797")
    page.keyboard.press("End")
    expect(table.locator("[aria-rowindex='1797']")).to_be_visible()
    page.get_by_test_id("narrow-list").click()
    expect(page.get_by_test_id("gallery-count")).to_contain_text("3 selected")
    assert shown_rows(table) == worst[:3]

    # The selection, as it is sorted, with the columns on show.
    page.get_by_test_id("export").click()
    with page.expect_download() as download:
        page.get_by_test_id("export-csv").click()
    file = tmp_path / "worst.csv"
    download.value.save_as(file)
    with file.open(newline="") as text:
        lines = list(csv.DictReader(text))
    assert {"loss", "label"} <= set(lines[0])
    losses = [float(line["loss"]) for line in lines]
    assert len(losses) == 3
    assert losses == sorted(losses, reverse=True)
    third = rows_of(page, run, fields=["loss"], order_by="loss", descending=True)[2]["loss"]
    assert losses[2] == pytest.approx(third)

    # A new field of others is a column like any other.
    page.get_by_test_id("table-columns").click()
    page.get_by_test_id("open-derived").click()
    page.get_by_test_id("derived-name").fill("twice")
    page.get_by_test_id("derived-expression").fill("loss * ")
    expect(page.get_by_test_id("derived-check").locator("[data-bad]")).to_be_visible()
    expect(page.get_by_test_id("make-derived")).to_be_disabled()
    page.get_by_test_id("derived-expression").fill("loss * 2")
    page.get_by_test_id("make-derived").click()
    expect(page.get_by_test_id("derived-field")).to_contain_text("loss * 2")
    page.keyboard.press("Escape")
    page.goto(page.url.replace("columns=", "columns=%5B%22twice%22%5D&was="))
    first = table.locator("[aria-rowindex='1'] [data-field=twice]")
    expect(first).not_to_be_empty()
    assert float(first.inner_text()) == pytest.approx(2 * losses[0], rel=1e-3)
