"""The bell: what is new rings without the page being opened again, is read once, and the clinic says that it has its report."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

SOON = 15_000  # the page asks every four seconds


def hold(house: Any, item: dict[str, Any]) -> None:
    path = f"/teleradiology/api/worklist/{item['id']}/hold"
    answer = house.orthanc.post(path, house.people["coordinator"], json={"reason": "missing-images"})
    assert answer.status_code == 200, answer.text


def come_in(visit: Any, language: str) -> Page:
    someone = visit()
    someone.look(language)
    page: Page = someone.sign_in("clinic")
    someone.look(language)
    page.reload()
    page.wait_for_load_state()
    return page


@pytest.mark.parametrize(
    ("language", "notice", "why", "button"),
    [
        ("en", "A study of yours cannot be read yet", "Images are missing or still to come", "I have read it"),
        ("ar", "لا يمكن قراءة إحدى دراساتكم بعد", "صور ناقصة أو لم تصل بعد", "قرأته"),
    ],
)
def test_what_is_new_rings_without_the_page_being_opened_again(visit, house, language, notice, why, button):
    item = house.send(PatientName="Bell^Ring", PatientID=f"LY-80-{language}", StudyDescription="CT CHEST")
    page = come_in(visit, language)
    bell, count = page.locator("[data-bell]"), page.locator(".bell-count")
    expect(count).to_be_hidden()
    page.evaluate("window.stayed = true")
    hold(house, item)
    expect(count).to_have_text("1", timeout=SOON)
    expect(page.locator("#toasts .notice")).to_be_visible()
    assert page.evaluate("window.stayed"), "the page was opened again"
    bell.locator("summary").click()
    line = bell.locator("[data-notice].is-new").first
    expect(line).to_contain_text(notice)
    expect(line).to_contain_text(why)
    line.get_by_role("button", name=button).click()
    expect(count).to_be_hidden()
    expect(bell.locator("[data-notice].is-new")).to_have_count(0)
    bell.locator("[data-notice] a").first.click()
    expect(page).to_have_url(f"{house.address}studies/{item['id']}")


@pytest.mark.parametrize("width", [1440, 390])
def test_the_list_behind_the_bell_is_within_the_screen_in_arabic(visit, house, width):
    hold(house, house.send(PatientName="Bell^Order", PatientID=f"LY-82-{width}", StudyDescription="CT CHEST"))
    page = come_in(visit, "ar")
    page.set_viewport_size({"width": width, "height": 800})
    page.locator("[data-bell] summary").click()
    expect(page.locator("[data-notice]").first).to_be_visible(timeout=SOON)
    box = page.locator("[data-bell] .menu-panel").bounding_box()
    assert box is not None
    assert box["x"] >= 0 and box["x"] + box["width"] <= width


def test_the_clinic_says_that_it_has_seen_its_report(visit, house):
    item = house.send(PatientName="Bell^Seen", PatientID="LY-83", StudyDescription="CT CHEST")
    house.sign(item, findings="Lungs clear.", impression="Normal.")
    someone = visit()
    page = someone.sign_in("clinic", f"studies/{item['id']}")
    page.get_by_role("button", name="I have seen it").click()
    expect(page.get_by_text("Thank you: the readers see that you have the report.")).to_be_visible()
    expect(page.get_by_role("button", name="I have seen it")).to_have_count(0)
    assert house.item(item["id"])["acknowledged_at"]
