"""The address is the view: what it holds is shown, what is wrong in it is told, and nothing in it runs."""

from __future__ import annotations

import json
import re
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
SLOW = 20_000


def open_run(page: Page, **view: str) -> None:
    page.get_by_test_id("project-row").click()
    page.get_by_test_id("run-row").click()
    expect(page.get_by_test_id("map")).to_have_attribute("data-ready", "true", timeout=SLOW)
    if view:
        search = "&".join(f"{name}={quote(text)}" for name, text in view.items())
        page.goto(f"{page.url.split('?')[0]}?{search}")
        expect(page.get_by_test_id("map")).to_have_attribute("data-ready", "true", timeout=SLOW)


def brightness(page: Page) -> int:
    """Return red + green + blue of the page's background."""
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    return sum(int(value) for value in re.findall(r"\d+", background)[:3])


def test_a_filter_by_keyboard_and_back(page: Page) -> None:
    open_run(page)
    page.keyboard.press("f")
    page.get_by_label("Find a field").fill("correct")
    page.keyboard.press("Enter")
    page.get_by_test_id("clause-editor").locator('[data-value="false"]').click()
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("filter-chip")).to_contain_text("correct")
    expect(page.get_by_test_id("count-matching")).not_to_contain_text("1,797")
    expect(page).to_have_url(re.compile("filter="))
    page.go_back()
    expect(page.get_by_test_id("count-matching")).to_contain_text("1,797")


def test_a_link_opens_the_sample_and_its_fields(page: Page) -> None:
    open_run(page, sample="1500")
    panel = page.get_by_test_id("sample-panel")
    expect(panel).to_have_attribute("data-row", "1500", timeout=SLOW)
    expect(panel.get_by_test_id("prediction")).to_be_visible()
    expect(panel.get_by_test_id("fields")).to_contain_text("distance_to_class")
    expect(panel).to_contain_text("validation")


def test_user_content_is_inert(page: Page) -> None:
    """Markup in every text of the address is text and runs nothing (promise T8)."""
    attack = "<img src=x onerror=window.hacked=1>"
    clause = {"kind": "compare", "field": attack, "op": "in", "value": [attack]}
    open_run(page, color="label", hover=json.dumps([attack]), filter=json.dumps([clause]))
    expect(page.get_by_test_id("filter-chip")).to_contain_text("<img")
    assert page.evaluate("window.hacked === undefined")
    assert page.locator("img[src=x]").count() == 0


def test_themes_are_a_click_apart_and_kept(page: Page) -> None:
    open_run(page)
    before = brightness(page)
    page.get_by_test_id("toggle-theme").click()
    after = brightness(page)
    assert abs(before - after) > 380
    page.reload()
    expect(page.get_by_test_id("map")).to_have_attribute("data-ready", "true", timeout=SLOW)
    assert brightness(page) == after


def test_jobs_are_listed_with_their_log(page: Page, address: str) -> None:
    page.goto(f"{address.split('?')[0]}#/jobs")
    row = page.get_by_test_id("job-row").last
    expect(row).to_have_attribute("data-status", "complete", timeout=SLOW)
    page.get_by_test_id("job-toggle").last.click()
    expect(page.get_by_test_id("job-log").last).to_contain_text("parameters")


def test_a_run_that_is_not_there_is_told(browser: Browser, address: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(address)
    page.goto(f"{address.split('?')[0]}#/runs/0000000000000000")
    told = page.get_by_test_id("error-notice").or_(page.get_by_test_id("empty-state")).first
    expect(told).to_be_visible(timeout=SLOW)
    context.close()


def test_without_the_token_nothing_is_shown(browser: Browser, address: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(address.split("?")[0])
    expect(page.locator("body")).to_contain_text("token", timeout=SLOW)
    expect(page.get_by_test_id("project-row")).to_have_count(0)
    context.close()
