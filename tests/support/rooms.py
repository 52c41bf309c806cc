"""A reading room to work in: real storage and rules in a temporary folder, a clock that tests set, a PACS in memory."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from support.fake_host import Clock, FakeHost
from teleradiology.config.in_force import RulesInForce
from teleradiology.config.settings import Settings
from teleradiology.store.engine import Store, connect
from teleradiology.store.migrate import to_head
from teleradiology.store.seal import seal_of
from teleradiology.workflow.door import Door, Passwords
from teleradiology.workflow.memory import Memory
from teleradiology.workflow.room import Room

RULES = """\
version: 1
priorities:
  stat: {turnaround: 1h, warn_after: 50%}
  urgent: {turnaround: 4h}
  routine: {turnaround: 24h}
facilities:
  zliten-clinic:
    name: Zliten Clinic
    calling_aets: [ZLITEN_CT, ZLITEN_CR]
    jurisdiction: LY
    timezone: Africa/Tripoli
    languages: [ar, en]
  gozo-hospital:
    name: Gozo Hospital
    calling_aets: [GOZO_MR]
    jurisdiction: MT
    timezone: Europe/Malta
    languages: [en]
readers:
  dr-salem:
    name: Dr Salem Ahmed
    subspecialties: [neuro, general]
    licences: [{jurisdiction: LY, until: 2030-12-31}, {jurisdiction: MT}]
  dr-borg:
    name: Dr Maria Borg
    subspecialties: [general]
    licences: [{jurisdiction: MT}, {jurisdiction: LY}]
  dr-night:
    name: Dr Noor Night
    subspecialties: [general, neuro]
    licences: [{jurisdiction: LY}]
    shifts: [{days: [mon, tue, wed, thu, fri, sat, sun], from: '20:00', to: '06:00', timezone: Africa/Tripoli}]
rules:
  - name: stroke code
    when: {modality: CT, study_description: {matches: stroke}}
    then: {priority: stat, subspecialty: neuro}
  - name: not for reading
    when: {modalities: {only: [SR, KO, PR]}}
    then: {skip: no images to read}
  - name: everything else
    then: {priority: routine, subspecialty: general}
"""


@dataclass(frozen=True)
class TriedRoom(Room):
    """A Room with its clock and its PACS at hand."""

    clock: Clock = field(default_factory=Clock)

    @property
    def pacs(self) -> FakeHost:
        """The PACS in memory."""
        assert isinstance(self.host, FakeHost)
        return self.host


# One for all rooms: it makes the hash that unknown users are compared with once.
_PASSWORDS = Passwords()


def room(tmp_path: Path, *, rules: str = RULES, store: Store | None = None, renderer: Any = None, **settings: Any) -> TriedRoom:
    """A room whose data are in ``tmp_path``. ``settings`` are fields of Settings; give a ``store`` for PostgreSQL."""
    tmp_path.mkdir(parents=True, exist_ok=True)
    file = tmp_path / "worklist_rules.yaml"
    file.write_text(rules, encoding="utf-8")
    chosen = replace(Settings(data_dir=tmp_path, rules_file=file), **settings)
    if store is None:
        store = connect(chosen.database_url, seal_of(tmp_path))
    to_head(store)
    clock = Clock()
    return TriedRoom(
        store=store,
        rules=RulesInForce(file, tmp_path / "last-good-rules.yaml"),
        settings=chosen,
        host=FakeHost(clock.now),
        renderer=renderer,
        now=clock.now,
        memory=Memory(monotonic=lambda: clock.monotonic),
        door=Door(passwords=_PASSWORDS),
        clock=clock,
    )
