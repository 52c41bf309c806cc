"""The sections `assignment` and `workload`, and what readers say of rights and conflicts."""

from __future__ import annotations

from datetime import date

import pytest

from teleradiology.config import rules_file
from teleradiology.core.errors import InvalidConfiguration
from teleradiology.core.readers import Right

BASE = """\
version: 1
priorities: {stat: {turnaround: 1h}, routine: {turnaround: 24h}}
facilities:
  zliten: {name: Zliten, calling_aets: [Z], jurisdiction: LY, timezone: Africa/Tripoli}
  gozo: {name: Gozo, calling_aets: [G], jurisdiction: MT, timezone: Europe/Malta}
readers:
  dr-salem:
    name: Dr Salem
    subspecialties: [general]
    licences: [{jurisdiction: LY}]
    rights: [{report: preliminary, modalities: [CT], until: 2027-01-31}, {modalities: CR}]
    conflicts: {facilities: gozo, patients: [P1, gozo/P2], referrers: Dr Haddad}
    on_call: [{days: [fri], from: '08:00', to: '20:00', timezone: Africa/Tripoli}]
    group: north
    most_work: 40.5
    pick_freely: true
rules:
  - {name: all, then: {priority: routine, subspecialty: general}}
"""


def test_what_a_facility_does_not_say_is_as_for_all():
    text = "assignment: {mode: pull, policy: least-work, continuity: never, facilities: {gozo: {mode: mixed, broaden_at: []}}}\n"
    assigning = rules_file.load(BASE + text).assigning
    general, gozo = assigning.of("zliten"), assigning.of("gozo")
    assert (general.mode, gozo.mode) == ("pull", "mixed")
    assert general.choice == gozo.choice and gozo.choice.continuity is None and gozo.choice.by == "least-work"
    assert (general.broaden_at, gozo.broaden_at) == ((0.5, 0.75, 1.0), ())


def test_a_file_without_the_section_pushes():
    assigning = rules_file.load(BASE).assigning_of("zliten")
    assert assigning.mode == "push" and assigning.may_pick


@pytest.mark.parametrize(
    ("text", "pushed", "picks"),
    [("{}", (True, True), True), ("{mode: pull}", (False, False), False), ("{mode: mixed}", (True, False), False),
     ("{mode: mixed, pushed: routine, pick_freely: true}", (False, True), True)],
)  # fmt: skip
def test_the_modes(text, pushed, picks):
    assigning = rules_file.load(f"{BASE}assignment: {text}\n").assigning.general
    assert (assigning.pushes("stat", 0), assigning.pushes("routine", 1)) == pushed
    assert assigning.may_pick is picks


def test_rights_and_conflicts_are_read():
    reader = rules_file.load(BASE).readers["dr-salem"]
    assert reader.rights == (Right("preliminary", ("CT",), date(2027, 1, 31)), Right("final", ("CR",)))
    assert reader.conflicts.with_patient("gozo", "P2") and not reader.conflicts.with_patient("zliten", "P2")
    assert (reader.group, reader.most_work, reader.pick_freely) == ("north", 40.5, True)


def test_relative_values_of_the_site_go_first():
    table = rules_file.load(BASE + "workload: {values: [{weight: 7, modality: CT}, {weight: 9, body_part: head}]}\n").workload
    assert (table.weight("CT", "CHEST"), table.weight("CR", "HEAD"), table.weight("CR", "CHEST")) == (7, 9, 1)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("assignment: {mode: shove}", "expected one of push, pull, mixed, found 'shove'"),
        ("assignment: {facilities: {gozzo: {mode: pull}}}", "'gozzo' is not in the section 'facilities'"),
        ("assignment: {pushed: [statt]}", "expected the name of a priority"),
        ("assignment: {continuity: -1}", "expected a number from 0 to 10000, or never"),
        ("assignment: {broaden_at: [soon]}", "expected a percentage"),
        ("workload: {values: [{modality: CT}]}", "lacks 'weight'"),
        ("workload: {values: [{weight: 1, body_part: HEDA}]}", "expected a body part"),
    ],
)
def test_what_is_wrong_is_told(text, told):
    with pytest.raises(InvalidConfiguration) as refusal:
        rules_file.load(f"{BASE}{text}\n")
    assert any(told in problem.message for problem in refusal.value.problems), refusal.value.problems


def test_a_facility_may_have_no_group_though_the_others_do():
    text = "assignment: {groups: [south], facilities: {gozo: {groups: []}}}\n"
    assert rules_file.load(BASE + text).assigning.of("gozo").groups == ()


def test_a_group_that_nobody_is_of_is_a_warning():
    loaded = rules_file.load(BASE + "assignment: {groups: [south]}\n")
    assert any("no reader is of the group 'south'" in each.message for each in loaded.warnings)
