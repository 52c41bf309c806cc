"""A reading room on a temporary database with a PACS in memory and clocks that tests turn."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from support.fake_host import Clock, FakeHost
from teleradiology.config.in_force import RulesInForce
from teleradiology.config.settings import Settings
from teleradiology.store import audit, decisions, items, migrate
from teleradiology.store.engine import connect
from teleradiology.store.item import Item
from teleradiology.store.seal import seal_of
from teleradiology.workflow import intake, oversight
from teleradiology.workflow.memory import Memory
from teleradiology.workflow.room import Room

QUIET = 20.0
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
    languages: [ar, en]
readers:
  dr-amal: {name: Dr Amal, subspecialties: [neuro, general], licences: [{jurisdiction: LY}]}
  dr-salem: {name: Dr Salem, subspecialties: [general], licences: [{jurisdiction: LY}]}
rules:
  - name: nothing to read
    when: {modalities: {only: [SR, KO, PR, DOC]}}
    then: {skip: there are no images to read}
  - name: waits for a prior
    when: {study_description: {contains: compare}}
    then: {hold: missing-images}
  - name: stroke
    when: {modality: CT, study_description: {contains: stroke}}
    then: {priority: stat, subspecialty: neuro}
  - name: magnetic resonance
    when: {modality: MR}
    then: {priority: urgent}
  - name: everything else
    then: {priority: routine, subspecialty: general}
"""


_ACTS = {"NewStudy": intake.notice, "NewChildInstance": intake.stir, "StableStudy": intake.stable, "Deleted": intake.vanish}


class Bench:
    """``room`` and ``host`` with shorthand for what tests do to them and look at."""

    def __init__(self, folder: Path, rules: str = RULES, **settings: Any):
        """In a folder of its own; on SQLite there, unless ``database_url`` is given."""
        self.clock = Clock()
        self.host = FakeHost(self.clock.now)
        self.folder = folder
        file = folder / "rules.yaml"
        file.write_text(rules, encoding="utf-8")
        settings.setdefault("database_url", f"sqlite:///{folder / 'test.db'}")
        self.settings = Settings(data_dir=folder, rules_file=file, quiet_seconds=QUIET, **settings)
        store = connect(self.settings.database_url)
        migrate.to_head(store)
        store.close()
        self.room = self._room()

    def _room(self) -> Room:
        store = connect(self.settings.database_url, seal_of(self.folder))
        rules = RulesInForce(self.settings.rules_file, self.folder / "last-good.yaml")
        room = Room(store, rules, self.settings, self.host, SimpleNamespace(), self.clock.now)
        return dataclasses.replace(room, memory=Memory(lambda: self.clock.monotonic))

    def ring(self) -> None:
        """From now on the PACS rings as Orthanc does."""
        self.host.ring = self._rung

    def _rung(self, type_: str, level: str, id_: str) -> None:
        if level != "study":
            return
        _ACTS[type_](self.room, id_)

    def restart(self) -> None:
        """kill -9 of Orthanc and with it of this process, and a new start."""
        self.host.kill()
        self.room.store.close()
        self.room = self._room()

    def beat(self, seconds: float = 0.0) -> None:
        """Let time pass, then one heartbeat."""
        self.clock.pass_(seconds)
        oversight.beat(self.room)

    def live(self, seconds: float, step: float = 1.0) -> None:
        """Let time pass with its heartbeats."""
        for _ in range(int(seconds / step)):
            self.beat(step)

    def take_in(self, *series: tuple[str, int], **tags: Any) -> Item:
        """A study that has arrived and come to rest."""
        orthanc_id = self.host.add_study(*series, **tags)
        intake.notice(self.room, orthanc_id)
        self.clock.pass_(QUIET)
        intake.settle(self.room, orthanc_id)
        return self.item(orthanc_id)

    def item(self, orthanc_id: str) -> Item:
        """The item of a study."""
        with self.room.store.reading() as c:
            found = items.by_orthanc(c, orthanc_id)
        assert found is not None, "the study has no item"
        return found

    def items(self) -> list[Item]:
        """All items, of all states."""
        with self.room.store.reading() as c:
            every, _ = items.page(c, items.Filters(state=tuple(_STATES)), limit=100_000)
            return [found for one in every if (found := items.get(c, one.id))]

    def change(self, item: Item, **columns: Any) -> Item:
        """Put an item into some situation."""
        with self.room.store.writing() as c:
            fresh = items.get(c, item.id)
            assert fresh is not None
            return items.change(c, fresh, self.clock.now(), **columns)

    def decisions(self, item: Item) -> list[decisions.Decided]:
        """The item's decisions, latest first."""
        with self.room.store.reading() as c:
            return decisions.of_item(c, item.id)

    def events(self, item: Item) -> list[str]:
        """What the audit trail has of the item."""
        return [record.event for record in self.records(item)]

    def records(self, item: Item) -> list[audit.Record]:
        """The item's audit records."""
        with self.room.store.reading() as c:
            return audit.of_item(c, item.id)

    @contextmanager
    def unchanged(self) -> Iterator[None]:
        """Nothing within may change an item, a decision or the audit trail."""
        before = self._everything()
        yield
        assert self._everything() == before

    def _everything(self) -> list[Any]:
        return [(one, self.decisions(one), self.events(one)) for one in self.items()]


_STATES = ("arriving", "unassigned", "assigned", "reading", "held", "completed", "cancelled", "skipped")
