"""A real Orthanc with our pages, Debian's Chromium, and a watch on everything that a page must never do."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from support import dicom_files
from support.live_orthanc import HOME, PASSWORD, LiveOrthanc

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
ARGUMENTS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LEASE_SECONDS = 6
VIEWER_MS = 90_000  # software rendering on a small machine
# The reader is hardly ever on duty, so that studies stay in the pool until a test takes them.
RULES = """\
version: 1
priorities:
  stat: {turnaround: 1h, warn_after: 50%}
  urgent: {turnaround: 4h}
  routine: {turnaround: 24h}
facilities:
  zliten:
    name: Zliten Clinic
    calling_aets: [ZLITEN_CT]
    jurisdiction: LY
    timezone: Africa/Tripoli
    languages: [en, ar]
  gozo:
    name: Gozo Hospital
    calling_aets: [GOZO_CT]
    jurisdiction: LY
    timezone: Europe/Malta
    languages: [en]
readers:
  dr-salem:
    name: Dr Salem Ahmed
    subspecialties: [neuro, general]
    licences: [{jurisdiction: LY}]
    shifts: [{days: [sun], from: '03:00', to: '03:01', timezone: UTC}]
rules:
  - name: stroke code
    when: {modality: CT, study_description: {matches: stroke}}
    then: {priority: stat, turnaround: 30m, subspecialty: neuro}
  - name: trauma
    when: {study_description: {matches: trauma}}
    then: {priority: urgent, subspecialty: general}
  - name: everything else
    then: {priority: routine, subspecialty: general}
"""
XSS = "<script>window.__x++</script>^<b>Bold</b>"  # without "=", which would begin another group of the name


@dataclass
class House:
    """The installation, its people, and what was sent to it."""

    orthanc: LiveOrthanc
    people: dict[str, tuple[str, str]]

    @property
    def address(self) -> str:
        """The worklist."""
        return f"{self.orthanc.url}/teleradiology/"

    def send(self, calling_aet: str = "ZLITEN_CT", images: int = 3, **tags: Any) -> dict[str, Any]:
        """A study by C-STORE; its item, once it may be read."""
        geometry = {
            "PixelSpacing": [1.0, 1.0],
            "ImageOrientationPatient": [1, 0, 0, 0, 1, 0],
            "RescaleSlope": 1,
            "RescaleIntercept": 0,
        }
        found = dicom_files.study(images, **{**geometry, **tags})
        for number, image in enumerate(found):
            image.ImagePositionPatient = [0.0, 0.0, 5.0 * number]
        assert set(self.orthanc.c_store(found, calling_aet)) == {0}
        return self.orthanc.item_of(str(found[0].StudyInstanceUID), states=("unassigned", "assigned"))

    def send_more(self, item: dict[str, Any], **tags: Any) -> None:
        """Another series of a study that was sent before."""
        more = dicom_files.study(2, StudyInstanceUID=item["study"]["study_instance_uid"], SeriesNumber=2, **tags)
        assert set(self.orthanc.c_store(more, "ZLITEN_CT")) == {0}

    def sign(self, item: dict[str, Any], **sections: str) -> None:
        """A final report by the radiologist."""
        path, who = f"/teleradiology/api/worklist/{item['id']}", self.people["radiologist"]
        assert self.orthanc.post(f"{path}/claim", who, json={}).status_code == 200
        texts = dict.fromkeys(("indication", "technique", "comparison", "findings", "impression", "recommendation"), "")
        assert self.orthanc.put(f"{path}/report", who, json={"sections": {**texts, **sections}}).status_code == 200
        signed = self.orthanc.post(f"{path}/report/sign", who, json={"status": "final", "password": PASSWORD})
        assert signed.status_code == 201, signed.text

    def item(self, item_id: str) -> dict[str, Any]:
        """An item as it is now."""
        return self.orthanc.api(f"worklist/{item_id}")


@dataclass
class Visit:
    """A browser of one person. At its end there must have been no error, no violation, no request to anywhere else."""

    context: BrowserContext
    page: Page
    house: House
    username: str = ""
    forgiven: tuple[str, ...] = ()  # parts of messages that this test provokes
    problems: list[str] = field(default_factory=list)

    def watch(self) -> None:
        """Note everything that must not happen, in this and every further window."""
        self.context.on("page", self._watch)
        for page in self.context.pages:
            self._watch(page)

    def _watch(self, page: Page) -> None:
        page.on("console", lambda message: self._note(f"console: {message.text}") if message.type == "error" else None)
        page.on("pageerror", lambda error: self._note(f"script: {error}"))
        page.on("request", lambda request: self._leaves(request.url))
        page.on("response", lambda answer: self._note(f"{answer.status} {answer.url}") if answer.status >= 400 else None)

    def _note(self, problem: str) -> None:
        if not any(part in problem for part in self.forgiven):
            self.problems.append(problem)

    def _leaves(self, address: str) -> None:
        inside = ("data:", "blob:", "about:", "chrome:", "chrome-extension:")  # the browser's own PDF viewer is one of these
        if not address.startswith((self.house.orthanc.url, *inside)):
            self.problems.append(f"left the origin: {address}")

    def sign_in(self, person: str, path: str = "") -> Page:
        """Come in by the sign-in page, to the worklist or a page below."""
        self.username = self.house.people[person][0]
        self.page.goto(f"{self.house.address}sign-in?next=/teleradiology/{path}")
        self.page.fill("#username", self.username)
        self.page.fill("#password", PASSWORD)
        self.page.click("form button.btn-primary")
        expect(self.page.locator(".topbar")).to_be_visible()
        self.page.wait_for_load_state()  # keys work once the scripts have run
        return self.page

    def look(self, language: str = "en", theme: str = "light") -> None:
        """Choose the language and the theme of the next pages."""
        place = {"domain": "127.0.0.1", "path": "/teleradiology"}
        self.context.add_cookies(
            [
                {"name": "teleradiology_language", "value": language, **place},  # type: ignore[typeddict-item]
                {"name": "teleradiology_theme", "value": theme, **place},  # type: ignore[typeddict-item]
            ]
        )

    def go(self, path: str = "") -> Page:
        """Open one of our pages."""
        self.page.goto(self.house.address + path)
        return self.page


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A clinic's and a hospital's studies of several kinds, and somebody for each role."""
    with LiveOrthanc(tmp_path_factory.mktemp("house"), rules=RULES, settings={"LeaseSeconds": LEASE_SECONDS}) as orthanc:
        orthanc.start()
        people = {
            "radiologist": orthanc.account("dr-salem", "radiologist", reader="dr-salem", name="Dr Salem Ahmed"),
            "coordinator": orthanc.account("coordinator", "coordinator"),
            "clinic": orthanc.account("zliten", "facility", facility="zliten"),
            "auditor": orthanc.account("auditor", "auditor"),
            "administrator": ("admin", PASSWORD),
        }
        made = House(orthanc, people)
        _fill(made)
        yield made


def _fill(house: House) -> None:
    house.send(
        PatientName="الورفلي^سالم=Alwerfalli^Salem", PatientID="LY-231", StudyDescription="CT HEAD STROKE", AccessionNumber="S-1"
    )
    house.send(
        PatientName="Zammit^Joseph",
        PatientID="MT-13",
        StudyDescription="CT LUMBAR SPINE",
        AccessionNumber="R-1",
        calling_aet="GOZO_CT",
    )
    house.send(PatientName="Borg^Anna", PatientID="LY-7", StudyDescription="CT TRAUMA", AccessionNumber="U-1")
    house.send(PatientName=XSS, PatientID="X-1", StudyDescription="<img src=x onerror=window.__x=1>", AccessionNumber="X-1")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser process; each visit has its own profile in it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Browser, house: House) -> Iterator[Callable[..., Visit]]:
    """Opens a browser for somebody, who starts outside."""
    opened: list[Visit] = []

    def make(*forgiven: str, width: int = 1440, height: int = 900) -> Visit:
        context = chromium.new_context(viewport={"width": width, "height": height}, timezone_id="Africa/Tripoli")
        found = Visit(context, context.new_page(), house, forgiven=forgiven)
        found.watch()
        opened.append(found)
        return found

    yield make
    for one in opened:
        one.page.wait_for_load_state()
        scripted = one.page.evaluate("window.__x")
        one.context.close()
        assert one.problems == []
        assert scripted is None, "a name from an image ran as a script"


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core."""
    return (HOME / "build" / "test-tools" / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for what a test wants to look at."""
    return tmp_path_factory.mktemp("browser")
