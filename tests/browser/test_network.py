"""The Network view: the network of the digits demo, what is wired to it, and which layers feed a space."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.test_walk import open_run

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def step(page: Page, title: str, kind: str) -> Locator:
    found = page.get_by_test_id("network-step").and_(page.locator(f"[data-kind='{kind}']"))
    return found.and_(page.get_by_title(title, exact=True))


def test_the_network_is_read_and_walked(page: Page) -> None:
    open_run(page)
    page.get_by_test_id("rail-network").click()
    expect(step(page, "image", "encoder")).to_be_visible()
    expect(step(page, "digit", "output")).to_be_visible()
    expect(page.locator("[data-testid=network-step][data-kind=loss]")).to_have_count(1)
    layers = page.locator("[data-testid=network-step][data-kind=layer]")
    expect(layers.first).to_contain_text("Conv2d")
    assert layers.count() >= 3

    # A layer: its panel says what it is and what it goes to; the address holds it.
    layers.first.click()
    panel = page.get_by_test_id("network-panel")
    expect(panel).to_contain_text("parameters")
    expect(panel).to_contain_text("balanced")
    page.wait_for_url(re.compile("step=network"))
    page.reload()
    expect(panel).to_contain_text("Conv2d")

    # Keys walk in the order of execution; Escape lets go.
    first = panel.locator("h2").inner_text()
    page.keyboard.press("ArrowDown")
    expect(panel.locator("h2")).not_to_have_text(first)
    page.keyboard.press("ArrowUp")
    expect(panel.locator("h2")).to_have_text(first)
    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)


def test_a_latent_space_lights_its_layers(page: Page) -> None:
    open_run(page)
    page.get_by_test_id("rail-network").click()
    lit = page.locator("[data-testid=network-step][data-lit]")
    expect(page.get_by_test_id("network-step").first).to_be_visible()
    expect(lit).to_have_count(0)
    page.get_by_test_id("network-space").click()
    page.get_by_role("option").filter(has_text="digit-semantic").click()
    expect(lit).not_to_have_count(0)
    assert all(kind == "layer" for kind in lit.evaluate_all("all => all.map(e => e.dataset.kind)"))
    page.wait_for_url(re.compile("space=digit-semantic"))
