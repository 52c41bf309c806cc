"""The pages in Arabic: mirrored, complete, and with numbers, dates and ids in their order."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

LETTERS = """element => {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  const found = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    for (let at = 0; at < node.length; at++) {
      const range = document.createRange();
      range.setStart(node, at);
      range.setEnd(node, at + 1);
      const box = range.getBoundingClientRect();
      if (node.data[at].trim() && box.width) found.push([box.left, node.data[at]]);
    }
  }
  return found.sort((one, other) => one[0] - other[0]).map(([, letter]) => letter).join("");
}"""


def as_seen(element: Locator) -> str:
    """The letters of an element from left to right, as they stand on the screen."""
    return str(element.evaluate(LETTERS))


def arabic(visit, person: str, path: str = "") -> Page:
    someone = visit()
    someone.look("ar")
    page: Page = someone.sign_in(person, path)
    someone.look("ar")
    page.reload()
    return page


def test_the_worklist_is_mirrored(visit):
    page = arabic(visit, "coordinator")
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    row = page.locator("#rows > tr").first
    priority, patient = row.locator(".cell-priority").bounding_box(), row.locator(".cell-patient").bounding_box()
    assert priority is not None
    assert patient is not None
    assert priority["x"] > patient["x"]
    expect(page.locator("h1")).to_have_text("قائمة العمل")


def test_ids_dates_and_times_keep_their_order(visit):
    page = arabic(visit, "coordinator", "?q=LY-231")
    row = page.locator("#rows > tr").first
    assert as_seen(row.locator(".cell-patient .second bdi").first) == "LY-231"
    assert as_seen(row.locator(".cell-exam .second bdi").first) == "S-1"
    assert re.fullmatch(r"(\d{4}-\d\d-\d\d)?\d\d:\d\d", as_seen(row.locator(".cell-site time")))
    row.locator("a.patient").click()
    facts = page.locator("dl.pair")
    assert as_seen(facts.locator("dd bdi:text-is('1970-01-01')")) == "1970-01-01"


def test_a_span_of_time_reads_from_right_to_left(visit):
    page = arabic(visit, "coordinator", "?q=MT-13")
    clock = page.locator("#rows > tr .sla-text").first
    expect(clock).to_contain_text("س")
    hours = re.match(r"\D*(\d+)", clock.inner_text())
    assert hours is not None
    assert as_seen(clock).endswith(hours[1])  # the hours, which come first, stand at the right


def test_both_names_are_shown_and_the_first_one_first(visit):
    page = arabic(visit, "coordinator", "?q=LY-231")
    names = page.locator("#rows > tr .cell-patient .one-line bdi")
    expect(names.first).to_have_text("سالم الورفلي")
    expect(names.last).to_have_text("Salem Alwerfalli")
    first, last = names.first.bounding_box(), names.last.bounding_box()
    assert first is not None
    assert last is not None
    assert first["x"] > last["x"]


def test_the_report_pane_stands_on_the_left(visit, house):
    item = house.send(PatientName="Left^Side", PatientID="LY-40", StudyDescription="CT LEFT", AccessionNumber="L-40")
    page = arabic(visit, "radiologist", f"read/{item['id']}")
    expect(page.locator("body")).to_have_attribute("data-editor", "ready")
    report, images = page.locator("#report-pane").bounding_box(), page.locator(".viewer-pane").bounding_box()
    assert report is not None
    assert images is not None
    assert report["x"] < images["x"]
    expect(page.locator("label[for=section-findings]")).to_have_text("الموجودات")
    page.fill("#section-findings", "عقدة بقياس 3-5 mm")
    assert page.locator("#section-findings").evaluate("area => getComputedStyle(area).direction") == "rtl"
    page.fill("#section-impression", "Nodule")
    assert page.locator("#section-impression").evaluate("area => getComputedStyle(area).direction") == "ltr"
