"""Every page, in both themes, languages and widths: accessible by axe's rules, nothing wider than the screen, no errors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

PAGES = {
    "sign-in": ("", "sign-in"),
    "worklist": ("radiologist", ""),
    "empty worklist": ("radiologist", "?q=nobody-is-called-so"),
    "reading": ("radiologist", "read/{item}"),
    "study": ("coordinator", "studies/{item}"),
    "signed study": ("radiologist", "studies/{signed}"),
    "roster": ("coordinator", "roster"),
    "rules": ("administrator", "rules"),
    "rules explained": ("administrator", "rules/explain?facts=modality:+CT"),
    "rules tried": ("administrator", "rules/backtest"),
    "rules covered": ("administrator", "rules/coverage"),
    "rules of the past": ("administrator", "rules/history"),
    "notices": ("coordinator", "notices"),
    "system": ("administrator", "status"),
    "accounts": ("administrator", "accounts"),
    "an account": ("administrator", "accounts/dr-salem"),
    "a new account": ("administrator", "accounts/new"),
    "own account": ("auditor", "account"),
    "audit": ("auditor", "audit"),
    "site worklist": ("clinic", "?state=all"),
    "not found": ("radiologist", "no-such-page"),
    "not allowed": ("radiologist", "rules"),
}
SERIOUS = """async () => {
  const found = await axe.run(document, {exclude: [["#viewer"], ["#preview-frame"]], resultTypes: ["violations"]});
  return found.violations.filter(one => ["serious", "critical"].includes(one.impact))
    .map(one => `${one.id}: ${one.nodes.map(node => node.target.join(" ")).slice(0, 4).join(" | ")}`);
}"""
FORGIVEN = {"not found": ("404",), "not allowed": ("403",)}
Opened = Callable[..., Page]


@pytest.fixture(scope="module")
def studies(house) -> dict[str, str]:
    """One study to look at, one with a signed report."""
    item = house.send(
        PatientName="Every^Page=كل^صفحة", PatientID="LY-50", StudyDescription="CT EVERY PAGE", AccessionNumber="E-50"
    )
    signed = house.send(PatientName="Signed^Page", PatientID="LY-51", StudyDescription="CT SIGNED", AccessionNumber="E-51")
    house.sign(signed, findings="Lungs: clear.\n3-5 mm nodule.", impression="Nodule.")
    return {"item": item["id"], "signed": signed["id"]}


@pytest.fixture
def opened(visit, studies) -> Opened:
    """Opens one of the pages as whoever it is for."""

    def open_(name: str, language: str = "en", theme: str = "light", **size: Any) -> Page:
        person, path = PAGES[name]
        someone = visit(*FORGIVEN.get(name, ()), **size)
        if person:
            someone.sign_in(person)
        someone.look(language, theme)
        page: Page = someone.go(path.format(**studies))
        expect(page.locator("main")).to_be_visible()
        if name == "reading":
            expect(page.locator("body")).to_have_attribute("data-editor", "ready")
        return page

    return open_


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_serious(opened: Opened, axe: str, name: str, theme: str) -> None:
    page = opened(name, theme=theme)
    page.evaluate(axe)
    assert page.evaluate(SERIOUS) == []


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_wider_than_the_screen(opened: Opened, name: str, language: str) -> None:
    page = opened(name, language=language)
    for width in (390, 768, 1024, 1280, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0, width


@pytest.mark.parametrize("name", ["worklist", "reading"])
def test_the_dialogs_are_accessible_too(opened: Opened, axe: str, name: str) -> None:
    page = opened(name)
    page.keyboard.press("?")
    expect(page.locator("dialog[open]")).to_be_visible()
    page.evaluate(axe)
    assert page.evaluate(SERIOUS) == []
