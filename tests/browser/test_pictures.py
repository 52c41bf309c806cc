"""The pictures of the documentation, taken from the demonstration by the same browser as the tests.

They are written where TELERADIOLOGY_PICTURES points, such as docs/images, else into the test's own folder:

    TELERADIOLOGY_PICTURES=docs/images ./test --all tests/browser/test_pictures.py
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from support.live_orthanc import HOME, PASSWORD, LiveOrthanc
from teleradiology.config import rules_file
from teleradiology.demo import loading
from teleradiology.demo.client import Client
from teleradiology.store.engine import connect
from teleradiology.store.seal import seal_of

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]
VIEWER_MS = 90_000
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
STROKE = "CT HEAD WITHOUT CONTRAST - STROKE CODE"


@dataclass
class Studio:
    """The demonstration, its people's passwords, and the folder for the pictures."""

    orthanc: LiveOrthanc
    passwords: dict[str, str]
    folder: Path
    browser: Browser

    def open(self, person: str, language: str, theme: str, size: dict[str, int]) -> Page:
        """A signed-in browser that looks so."""
        context = self.browser.new_context(viewport=size, timezone_id="Africa/Tripoli", device_scale_factor=1)  # type: ignore[arg-type]
        place = {"domain": "127.0.0.1", "path": "/teleradiology"}
        looks = {"teleradiology_language": language, "teleradiology_theme": theme}
        context.add_cookies([{"name": name, "value": value, **place} for name, value in looks.items()])  # type: ignore[typeddict-item]
        page = context.new_page()
        page.goto(f"{self.orthanc.url}/teleradiology/sign-in")
        page.fill("#username", person)
        page.fill("#password", self.passwords[person])
        page.keyboard.press("Enter")
        expect(page.locator(".topbar")).to_be_visible()
        page.wait_for_load_state("networkidle")
        return page

    def take(self, page: Page, name: str, *, whole: bool = False) -> None:
        """A picture; it must show something."""
        file = self.folder / f"{name}.png"
        page.screenshot(path=file, full_page=whole)
        assert file.stat().st_size > 20_000


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Iterator[Studio]:
    """The demonstration, loaded as ./serve --demo does."""
    text = (HOME / "worklist_rules.yaml").read_text(encoding="utf-8")
    folder = Path(os.environ.get("TELERADIOLOGY_PICTURES") or tmp_path_factory.mktemp("pictures")).absolute()
    folder.mkdir(parents=True, exist_ok=True)
    with LiveOrthanc(tmp_path_factory.mktemp("studio"), rules=text) as orthanc:
        orthanc.start()
        store = connect(f"sqlite:///{orthanc.data / 'teleradiology.db'}", seal_of(orthanc.data))
        client = Client(orthanc.url, "admin", PASSWORD)
        rules = rules_file.load(text)
        service = loading.Service(
            client, orthanc.dicom_port, "TELERADIOLOGY", orthanc.data, HOME / "build" / "demo", rules, store
        )
        known = loading.load(service, lambda _text: None)
        store.close()
        passwords = {person.username: person.password for person in known.people}
        yield Studio(orthanc, {**passwords, "admin": PASSWORD}, folder, chromium)


def looks() -> list[tuple[str, str]]:
    return [("light", "en"), ("dark", "en"), ("light", "ar"), ("dark", "ar")]


@pytest.mark.parametrize(("theme", "language"), looks())
def test_the_worklist(studio: Studio, theme: str, language: str) -> None:
    page = studio.open("dr-salem", language, theme, WIDE)
    page.keyboard.press("j")
    page.keyboard.press("j")
    studio.take(page, f"worklist-{theme}-{language}")


@pytest.mark.parametrize(("theme", "language"), looks())
def test_the_worklist_on_a_telephone(studio: Studio, theme: str, language: str) -> None:
    studio.take(studio.open("dr-salem", language, theme, NARROW), f"worklist-narrow-{theme}-{language}")


@pytest.mark.parametrize(("theme", "language"), looks())
def test_reading(studio: Studio, theme: str, language: str) -> None:
    page = studio.open("dr-salem", language, theme, WIDE)
    page.locator(f"#rows tr:has-text('{STROKE}') a.patient").click()
    expect(page.locator("body")).to_have_attribute("data-editor", "ready")
    expect(page.locator("body")).to_have_attribute("data-viewer", "ready", timeout=VIEWER_MS)
    page.wait_for_load_state("networkidle")
    studio.take(page, f"reading-{theme}-{language}")


def test_reading_on_a_telephone(studio: Studio) -> None:
    page = studio.open("dr-salem", "ar", "dark", NARROW)
    page.locator(f"#rows tr:has-text('{STROKE}') a.patient").click()
    expect(page.locator("body")).to_have_attribute("data-editor", "ready")
    studio.take(page, "reading-narrow-dark-ar")


@pytest.mark.parametrize(("theme", "language"), [("light", "en"), ("dark", "ar")])
def test_a_study_with_its_reasons(studio: Studio, theme: str, language: str) -> None:
    page = studio.open("demo-coordinator", language, theme, WIDE)
    page.locator(f"#rows tr:has-text('{STROKE}') a.patient").click()
    expect(page.locator("#why")).to_be_visible()
    studio.take(page, f"why-here-{theme}-{language}", whole=True)


def test_a_signed_report(studio: Studio) -> None:
    page = studio.open("demo-coordinator", "en", "light", WIDE)
    page.goto(f"{studio.orthanc.url}/teleradiology/?state=completed")
    page.locator("#rows tr a.patient").first.click()
    expect(page.locator(".report-text").first).to_be_visible()
    studio.take(page, "signed-report-light-en")


@pytest.mark.parametrize(("name", "path"), [("rules", "rules"), ("system", "status"), ("accounts", "accounts")])
def test_administration(studio: Studio, name: str, path: str) -> None:
    page = studio.open("admin", "en", "light", WIDE)
    page.goto(f"{studio.orthanc.url}/teleradiology/{path}")
    page.wait_for_load_state("networkidle")
    studio.take(page, f"{name}-light-en")


@pytest.mark.parametrize(("theme", "language"), [("light", "en"), ("dark", "ar")])
def test_the_roster(studio: Studio, theme: str, language: str) -> None:
    page = studio.open("demo-coordinator", language, theme, WIDE)
    page.goto(f"{studio.orthanc.url}/teleradiology/roster")
    page.wait_for_load_state("networkidle")
    studio.take(page, f"roster-{theme}-{language}", whole=True)


@pytest.mark.parametrize(("theme", "language"), [("light", "en"), ("dark", "ar")])
def test_a_changed_file_tried_on_the_past(studio: Studio, theme: str, language: str) -> None:
    page = studio.open("admin", language, theme, WIDE)
    page.goto(f"{studio.orthanc.url}/teleradiology/rules/backtest")
    text = (HOME / "worklist_rules.yaml").read_text(encoding="utf-8")
    changed = text.replace("then: {subspecialty: neuro, template: ct-head}", "then: {subspecialty: general, priority: urgent}")
    changed = changed.replace("then: {subspecialty: abdominal}", "then: {subspecialty: abdominal, priority: urgent}")
    page.fill("textarea[name=text]", changed.split("\nexamples:")[0])
    page.locator("form[action$='/rules/backtest'] button.btn-primary").click()
    expect(page.locator("#moves-title")).to_be_visible()
    page.evaluate("document.querySelector('textarea[name=text]').style.height = '8rem'")
    studio.take(page, f"backtest-{theme}-{language}", whole=True)


@pytest.mark.parametrize(("theme", "language"), [("light", "en"), ("dark", "ar")])
def test_escalation(studio: Studio, theme: str, language: str) -> None:
    page = studio.open("demo-coordinator", language, theme, WIDE)
    page.locator("#rows tr:has-text('MR SHOULDER') a.patient").click()
    expect(page.locator("#why")).to_be_visible()
    page.locator("[data-bell] summary").click()
    expect(page.locator("[data-notice]").first).to_be_visible()
    studio.take(page, f"escalation-{theme}-{language}")


def test_the_keys(studio: Studio) -> None:
    page = studio.open("dr-salem", "en", "light", WIDE)
    page.keyboard.press("?")
    expect(page.locator("dialog[open]")).to_be_visible()
    studio.take(page, "keys-light-en")
