"""Files that people choose on a page, through Orthanc, which keeps multipart forms for itself."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from .conftest import RULES, Visit

TABLE = "reader,kind,start,end,timezone,note\ndr-salem,leave,2026-12-01 08:00,2026-12-02 08:00,Africa/Tripoli,\n"


def test_a_rules_file_is_chosen_checked_and_tried_on_the_past(visit: Callable[[], Visit]) -> None:
    guest = visit("422")
    page = guest.sign_in("administrator", "rules/check")
    wrong = RULES.replace("priority: stat", "priority: stta")
    page.set_input_files("#file", {"name": "rules.yaml", "mimeType": "text/yaml", "buffer": wrong.encode()})
    page.click("main form button.btn-primary")
    expect(page.locator("#check")).to_contain_text("Did you mean")
    page = guest.go("rules/backtest")
    other = RULES.replace("priority: routine", "priority: urgent").encode()
    page.set_input_files("#file", {"name": "rules.yaml", "mimeType": "text/yaml", "buffer": other})
    page.click("main form button.btn-primary")
    expect(page.locator(".notice[role=status]").first).to_contain_text("would move")


def test_a_roster_is_chosen_and_taken_in(visit: Callable[[], Visit]) -> None:
    page = visit().sign_in("coordinator", "roster")
    page.locator("details:has([data-opens=roster-import]) > summary").click()
    page.click("[data-opens=roster-import]")
    page.set_input_files("#import-file", {"name": "roster.csv", "mimeType": "text/csv", "buffer": TABLE.encode()})
    page.click("#roster-import button.btn-primary")
    expect(page.locator("main")).to_contain_text("2026-12-0")
