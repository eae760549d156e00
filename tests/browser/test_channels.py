"""Channels on the digits demo: opened from their bars, walked by keys, and those that similars share."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.test_analyze import analyze
from tests.browser.test_similars import fetch, ready
from tests.browser.test_view import open_run

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
PAINTED = "e => e.getContext('2d').getImageData(0, 0, e.width, e.height).data.some(v => v > 0)"
PIXELS = "e => e.toDataURL()"


def painted(heats: Locator, count: int) -> None:
    expect(heats).to_have_count(count)
    for at in range(count):
        assert heats.nth(at).evaluate(PAINTED), at


def test_a_bar_opens_its_channel(page: Page) -> None:
    analyze(page)
    bars = page.get_by_test_id("channels").get_by_test_id("weight")
    bars.first.click()
    channel = page.get_by_test_id("channel")
    number = channel.get_attribute("data-channel")
    expect(bars.first).to_have_attribute("aria-pressed", "true")
    expect(bars.first).to_contain_text(f"#{number}")

    # Where it fires here, how strongly, and the nine samples that excite it most, each with it.
    expect(channel).to_contain_text("It responds")
    expect(channel).to_contain_text("this run")
    exciting = channel.get_by_test_id("exciting")
    expect(exciting).to_have_count(9)
    responses = [float(text) for text in exciting.locator("span").all_inner_texts()]
    assert responses == sorted(responses, reverse=True)
    painted(exciting.get_by_test_id("heat"), 9)
    here = channel.get_by_test_id("visual").get_by_test_id("heat")
    painted(here, 1)
    first = here.evaluate(PIXELS)

    # The next one by key; the address holds it.
    bars.first.press("ArrowDown")
    expect(bars.nth(1)).to_have_attribute("aria-pressed", "true")
    expect(bars.nth(1)).to_be_focused()
    expect(channel).not_to_have_attribute("data-channel", str(number))
    expect(here).to_have_count(1)
    assert here.evaluate(PIXELS) != first
    number = channel.get_attribute("data-channel")
    page.wait_for_url(re.compile(rf"channel={number}%40"))
    page.reload()
    expect(channel).to_have_attribute("data-channel", str(number))
    expect(exciting).to_have_count(9)

    # A click on one of the nine looks at that sample, by the same channel; it excites it most.
    row = exciting.first.get_attribute("data-row")
    exciting.first.click()
    expect(page.get_by_test_id("analyze-page")).to_have_attribute("data-row", str(row))
    expect(exciting.first).to_have_attribute("data-here", "true")
    expect(channel).to_contain_text("as strongly as to any sample of this run")

    # Escape closes the channel, not the page.
    bars.nth(1).focus()
    bars.nth(1).press("Escape")
    expect(channel).to_have_count(0)
    expect(page.get_by_test_id("analyze-page")).to_be_visible()


def test_similars_share_channels(page: Page) -> None:
    open_run(page, sample="300")
    panel = fetch(page)
    panel.get_by_test_id("find-channels").click()
    bars = panel.get_by_test_id("shared-channel")
    expect(bars.first).to_contain_text("σ")
    heights = [
        float(text.removeprefix("+").split(" ")[0]) for text in bars.locator("b").all_inner_texts()
    ]
    assert len(heights) > 2
    assert min(heights) > 0

    # Another layer has others.
    layers = panel.get_by_test_id("shared-layer")
    before = bars.all_inner_texts()
    layers.select_option(index=0)
    expect(bars.first).to_be_visible()
    assert bars.all_inner_texts() != before

    # One of them, where it fires: on the query and what was found, in place of the heat of similarity.
    bars.first.click()
    made = panel.get_by_test_id("similars-made")
    expect(made).to_contain_text("where it fires")
    for at in range(6):
        heat = panel.get_by_test_id("tile").nth(at).get_by_test_id("heat")
        expect(heat).to_have_count(1)
    page.wait_for_url(re.compile("similar_channel=\\d+%40"))
    page.reload()
    ready(page)
    expect(made).to_contain_text("where it fires")
    panel.get_by_test_id("close-shared-channel").click()
    expect(made).to_contain_text("Layer-CAM, towards")
