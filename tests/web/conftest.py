"""A reading room with two facilities on a real database, and clients for each role."""

from __future__ import annotations

import base64
import dataclasses
import itertools
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from support import postgres
from support.fake_host import FakeHost
from support.web_people import PASSWORD
from teleradiology.config.in_force import RulesInForce
from teleradiology.config.rules_file import RulesFile
from teleradiology.config.settings import Settings
from teleradiology.core.decision import Decision
from teleradiology.core.identity import service
from teleradiology.core.names import folded
from teleradiology.core.study_facts import StudyFacts
from teleradiology.core.turnaround import order_key
from teleradiology.store import decisions, items, migrate
from teleradiology.store.engine import connect
from teleradiology.store.item import Item
from teleradiology.store.seal import seal_of
from teleradiology.web.app import create_app
from teleradiology.workflow import accounts
from teleradiology.workflow.room import Room

ROOT = Path(__file__).parents[2]
RULES = """\
version: 1
priorities:
  stat: {turnaround: 1h, warn_after: 50%}
  routine: {turnaround: 24h}
facilities:
  zliten:
    name: Zliten Clinic
    calling_aets: [ZLITEN_CT]
    jurisdiction: LY
    timezone: Africa/Tripoli
    languages: [ar, en]
  misrata:
    name: Misrata Hospital
    calling_aets: [MISRATA_CT]
    jurisdiction: LY
    timezone: Africa/Tripoli
readers:
  dr-salem:
    name: Dr Salem Ahmed
    subspecialties: [neuro, general]
    licences: [{jurisdiction: LY, until: 2099-12-31}]
    shifts: [{days: [sun, mon, tue, wed, thu, fri, sat], from: '00:00', to: '23:59', timezone: UTC}]
  dr-huda:
    name: Dr Huda Omar
    subspecialties: [general]
    licences: [{jurisdiction: LY, until: 2099-12-31}]
    shifts: [{days: [sun, mon, tue, wed, thu, fri, sat], from: '00:00', to: '23:59', timezone: UTC}]
rules:
  - name: stroke code
    when: {modality: CT, study_description: {contains: stroke}}
    then: {priority: stat, turnaround: 30m, subspecialty: neuro}
  - name: everything else
    then: {priority: routine, subspecialty: general}
"""
PEOPLE: dict[str, dict[str, Any]] = {
    "administrator": {"roles": ["administrator"]},
    "radiologist": {"roles": ["radiologist"], "reader": "dr-salem"},
    "radiologist-2": {"roles": ["radiologist"], "reader": "dr-huda"},
    "coordinator": {"roles": ["coordinator"]},
    "facility": {"roles": ["facility"], "facility": "zliten"},
    "facility-2": {"roles": ["facility"], "facility": "misrata"},
    "quality": {"roles": ["quality"]},
    "auditor": {"roles": ["auditor"]},
    "integrator": {"roles": ["integrator"]},
}
ROLES = tuple(role for role in PEOPLE if not role.endswith("-2"))
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


class Clock:
    """Stands still unless it is moved."""

    def __init__(self) -> None:
        self.at = MONDAY

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **span: float) -> None:
        self.at += timedelta(**span)


class PaperRenderer:
    """Renders at once; what the documents really look like is tested with the documents."""

    def html(self, report: Any, *, draft: bool = False) -> str:
        text = " ".join(report.sections.values())
        return f"<!doctype html><html><head><style>p{{margin:0}}</style></head><body><p>{text}</p>{'DRAFT' * draft}</body></html>"

    def pdf(self, html: str) -> bytes:
        return b"%PDF-1.7\n" + html.encode()

    def close(self) -> None:
        pass


@dataclass
class Client:
    """Sends requests as one account."""

    site: Site
    headers: dict[str, str]

    def __call__(self, method: str, path: str, headers: dict[str, str] | None = None, **more: Any) -> TestResponse:
        more["headers"] = {**self.headers, **(headers or {})}
        client = self.site.app.test_client(use_cookies=False)
        return client.open(path.removeprefix("/teleradiology"), method=method, base_url="http://pacs/teleradiology", **more)

    def get(self, path: str, **more: Any) -> TestResponse:
        return self("GET", path, **more)

    def post(self, path: str, **more: Any) -> TestResponse:
        return self("POST", path, **more)

    def put(self, path: str, **more: Any) -> TestResponse:
        return self("PUT", path, **more)

    def delete(self, path: str, **more: Any) -> TestResponse:
        return self("DELETE", path, **more)


@dataclass
class Site:
    """One installation."""

    room: Room
    clock: Clock
    host: FakeHost
    tokens: dict[str, str]
    app: Any = None
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def as_(self, person: str) -> Client:
        return Client(self, {"Authorization": f"Bearer {self.tokens[person]}"})

    @property
    def anonymous(self) -> Client:
        return Client(self, {})

    def basic(self, username: str, password: str = PASSWORD) -> Client:
        return Client(self, {"Authorization": "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()})

    def study(self, calling_aet: str = "ZLITEN_CT", study_description: str = "CT CHEST", **facts: Any) -> Item:
        """A study that arrived and was decided about, and that nobody has been given."""
        number = next(self._numbers)
        rules, now = self.room.rules.current, self.clock()
        known = {"patient_id": f"P-{number}", "patient_name": f"Patient^{number}", "study_instance_uid": f"1.2.826.{number}"}
        given = StudyFacts(
            **{**known, "modality": "CT", "modalities": ("CT",), "calling_aet": calling_aet, "received_at": now, **facts},
            study_description=study_description,
        )
        found = rules.completed(given)
        decision = rules.explain(found)
        orthanc_id = self.host.add_study(
            ("CT", 1),
            StudyInstanceUID=found.study_instance_uid,
            PatientID=found.patient_id,
            PatientName=found.patient_name,
        )
        with self.room.store.writing() as c:
            made = items.insert(c, **_columns(found, decision, rules, now), orthanc_id=orthanc_id)
            reasons = {name: value for name, value in decision.to_json().items() if name != "matched"}
            kept = decisions.add(c, now, item=made.id, cause="study complete", readers=CONSIDERED, **reasons)
            return items.change(c, made, now, decision=kept.id)

    def item(self, item_id: str) -> Item:
        with self.room.store.reading() as c:
            found = items.get(c, item_id)
        assert found is not None
        return found

    def change(self, found: Item, **columns: Any) -> Item:
        """Put an item into some situation."""
        with self.room.store.writing() as c:
            return items.change(c, self.item(found.id), self.clock(), **columns)

    def claimed(self, person: str = "radiologist", **more: Any) -> Item:
        """A study that this radiologist is reading."""
        found = self.study(**more)
        assert self.as_(person).post(f"/api/worklist/{found.id}/claim").status_code == 200
        return self.item(found.id)

    def signed(self, person: str = "radiologist", **more: Any) -> tuple[Item, dict[str, Any]]:
        """A study with a final report."""
        found = self.claimed(person, **more)
        path = f"/api/worklist/{found.id}/report"
        sections = {"findings": "Clear lungs.", "impression": "Normal."}
        assert self.as_(person).put(path, json={"sections": sections}).status_code == 200
        answer = self.as_(person).post(f"{path}/sign", json={"status": "final", "password": PASSWORD})
        assert answer.status_code == 201, answer.text
        return self.item(found.id), answer.json


CONSIDERED = {
    "chosen": None,
    "policy": "least open work",
    "considered": [{"reader": "dr-salem", "eligible": False, "reasons": ["is off duty"], "load": 0}],
}


def _columns(facts: StudyFacts, decision: Decision, rules: RulesFile, now: datetime) -> dict[str, Any]:
    """What intake writes for a study, in short."""
    priority = rules.priorities[decision.value("priority")]
    due_at = now + decision.value("turnaround", priority.turnaround)
    return {
        "state": "unassigned",
        "study_instance_uid": facts.study_instance_uid,
        "facility": facts.facility,
        "priority": priority.name,
        "rank": priority.rank,
        "warn_at": now + (due_at - now) * priority.warn_after,
        "due_at": due_at,
        "order_key": order_key(due_at, now),
        "subspecialty": decision.value("subspecialty"),
        "patient_id": facts.patient_id,
        "patient_name": facts.patient_name,
        "accession_number": facts.accession_number,
        "description": facts.study_description,
        "modalities": ",".join(facts.modalities),
        "search": folded(f"{facts.patient_name} {facts.patient_id} {facts.accession_number} {facts.study_description}"),
        "study_at": facts.study_at,
        "series_count": 1,
        "instance_count": 1,
        "facts": facts.to_json(),
        "labels": (),
        "flags": (),
        "received_at": now,
        "admitted_at": now,
    }


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the tables and one account with a token for each role."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "rules.yaml").write_text(RULES, encoding="utf-8")
    site = _open(folder)
    migrate.to_head(site.room.store)
    _people(site)
    (folder / "tokens").write_text("\n".join(site.tokens.values()))
    site.room.store.close()
    return folder


def _people(site: Site) -> None:
    for username, given in PEOPLE.items():
        accounts.create_account(site.room, service(), username=username, password=PASSWORD, **given)
        _, site.tokens[username] = accounts.create_token(site.room, service(), "tests", username=username)


def _open(folder: Path, database_url: str = "") -> Site:
    clock = Clock()
    settings = Settings(
        data_dir=folder,
        database_url=database_url,
        rules_file=folder / "rules.yaml",
        templates_dir=ROOT / "templates",
        ohif_dir=folder / "ohif",
        vendor_dir=ROOT / "build" / "vendor",
    )
    host = FakeHost(clock)
    room = Room(
        store=connect(settings.database_url, seal_of(folder)),
        rules=RulesInForce(settings.rules_file, folder / "last-good-rules.yaml"),
        settings=settings,
        host=host,
        renderer=PaperRenderer(),  # type: ignore[arg-type]
        now=clock,
    )
    return Site(room, clock, host, {})


@pytest.fixture(scope="module")
def open_site(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Site]]:
    """Opens an installation, with other settings if given."""
    opened: list[Site] = []

    def open_(**settings: Any) -> Site:
        folder = tmp_path_factory.mktemp("site") / "data"
        shutil.copytree(migrated, folder)
        site = _open(folder)
        site.room = dataclasses.replace(site.room, settings=dataclasses.replace(site.room.settings, **settings))
        site.tokens = dict(zip(PEOPLE, (folder / "tokens").read_text().split(), strict=True))
        site.app = create_app(site.room)
        opened.append(site)
        return site

    yield open_
    for site in opened:
        site.room.store.close()


@pytest.fixture
def site(open_site: Callable[..., Site]) -> Site:
    """An installation of one's own."""
    return open_site()


@pytest.fixture(scope="module")
def still_site(open_site: Callable[..., Site]) -> Site:
    """An installation shared by tests that change nothing in it."""
    return open_site()


@pytest.fixture
def site_on_postgresql(tmp_path: Path) -> Iterator[Site]:
    """An installation with a database server."""
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
    site = _open(tmp_path, postgres.emptied())
    _people(site)
    site.app = create_app(site.room)
    yield site
    site.room.store.close()
