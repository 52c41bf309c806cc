"""A changed file on the studies of the past: who moves, whose work it would have been, and what really happens afterwards."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from support.bench import RULES, Bench
from teleradiology.config.rules_file import RulesFile, load
from teleradiology.core.identity import Actor, Role
from teleradiology.core.roster import LEAVE, Exception_
from teleradiology.core.transport import Transport
from teleradiology.store import roster
from teleradiology.workflow import backtesting, imagining, intake, replaying, rules
from teleradiology.workflow.backtesting import Backtest, Period

ADMIN = Actor("admin", frozenset({Role.ADMINISTRATOR}))
GOZO = """\
  gozo:
    {name: Gozo, calling_aets: [GOZO_CT], jurisdiction: MT, timezone: Europe/Malta}
readers:
  dr-borg: {name: Dr Borg, subspecialties: [neuro, general], licences: [{jurisdiction: MT}]}
"""
TWO_SITES = RULES.replace("readers:\n", GOZO)
CHANGED = TWO_SITES.replace(
    "modality: MR}\n    then: {priority: urgent}", "modality: MR}\n    then: {priority: stat, turnaround: 30m}"
)
SENDERS = {"ZLITEN_CT": "zliten", "GOZO_CT": "gozo", "NOBODY": ""}


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path, TWO_SITES)


def came(bench: Bench, sender: str = "ZLITEN_CT", modality: str = "CT", **tags: object):
    return bench.take_in((modality, 1), transport=Transport(calling_aet=sender), **tags)


def tried(bench: Bench, text: str, *, since: timedelta = timedelta(days=30)) -> Backtest:
    now = bench.clock.now()
    with bench.room.store.reading() as c:
        return backtesting.backtest(c, bench.room.rules.current, load(text), Period(now - since), now)


def work(found: Backtest, side: str = "after") -> dict[str, int]:
    return {row["reader"]: row[side]["studies"] for row in found.workload if row[side]["studies"]}


def naive(file: RulesFile, sender: str, modality: str, description: str) -> tuple[str, str]:
    """Facility and priority of such a study, by reading the few rules of this file as a person does."""
    stroke = modality == "CT" and "stroke" in description.lower()
    mr = "stat" if "30m" in file.text else "urgent"
    return SENDERS[sender], "stat" if stroke else mr if modality == "MR" else "routine"


def test_who_moves_agrees_with_a_count_by_hand_and_with_what_then_happens(bench: Bench) -> None:
    kinds = [(sender, modality) for sender in SENDERS for modality in ("CT", "MR", "DX")]
    day = [(*kind, description) for kind in kinds for description in ("STROKE", "KNEE", "سكتة")] * 3
    for number, (sender, modality, description) in enumerate(day):
        came(bench, sender, modality, StudyDescription=description, PatientID=f"P{number}")
    before, after = load(TWO_SITES), load(CHANGED)
    moves = Counter(
        (facility or "unknown", was, is_)
        for each in day
        if (is_ := naive(after, *each)[1]) != (was := naive(before, *each)[1])
        for facility in [naive(after, *each)[0]]
    )
    found = tried(bench, CHANGED)
    told = {
        (facility, was, is_): count
        for facility, rows in found.by_facility_priority.items()
        for was, row in rows.items()
        for is_, count in row.items()
    }
    assert (found.studies, told) == (len(day), dict(moves))
    page = rules.backtest(bench.room, ADMIN, CHANGED)
    assert (page.changed, page.by_priority, page.workload) == (found.changed, found.by_priority, found.workload)

    bench.settings.rules_file.write_text(CHANGED, encoding="utf-8")
    rules.reload(bench.room, ADMIN)
    for item in bench.items():
        bench.host.add_images(item.orthanc_id, 1, item.modality)
        intake.settle(bench.room, item.orthanc_id)
    assert Counter(each.priority for each in bench.items()) == Counter(naive(after, *each)[1] for each in day)


def test_a_patient_goes_to_the_previous_reader(bench: Bench) -> None:
    """Dr Salem read the patient before; dr-amal, first by name, gets everybody else while the loads are equal."""
    first = came(bench, PatientID="OLD")
    bench.change(first, state="completed", reader="dr-salem", final_at=bench.clock.now(), closed_at=bench.clock.now())
    bench.clock.pass_(3600)
    since = timedelta(seconds=1800)
    came(bench, PatientID="OLD")
    assert work(tried(bench, TWO_SITES, since=since)) == {"dr-salem": 1}
    never = TWO_SITES + "assignment: {continuity: never}\n"
    assert work(tried(bench, never, since=since)) == {"dr-amal": 1}


def test_somebody_on_leave_gets_nothing(bench: Bench) -> None:
    now = bench.clock.now()
    with bench.room.store.writing() as c:
        roster.add(c, now, Exception_("dr-amal", LEAVE, now - timedelta(hours=1), now + timedelta(hours=1)))
    came(bench, PatientID="A")
    bench.clock.pass_(7200)
    came(bench, PatientID="B")
    assert work(tried(bench, TWO_SITES)) == {"dr-salem": 1, "dr-amal": 1}


def test_a_full_reader_gets_nothing_more(bench: Bench) -> None:
    for number in range(4):
        came(bench, PatientID=f"P{number}")
    one_at_a_time = TWO_SITES.replace("name: Dr Amal,", "name: Dr Amal, capacity: 1,")
    assert work(tried(bench, one_at_a_time)) == {"dr-amal": 1, "dr-salem": 3}


def test_the_facilitys_policy_chooses(bench: Bench) -> None:
    """By open studies a CT is as much work as any other; by weight it is not."""
    for number, modality in enumerate(("CT", "DX", "DX", "DX")):
        came(bench, modality=modality, PatientID=f"P{number}")
    by_count = tried(bench, TWO_SITES + "assignment: {policy: least-open}\n")
    by_weight = tried(bench, TWO_SITES + "assignment: {policy: least-work}\n")
    assert work(by_count) == {"dr-amal": 2, "dr-salem": 2}
    assert work(by_weight) == {"dr-amal": 1, "dr-salem": 3}


def test_an_explanation_chooses_as_the_service_does(bench: Bench) -> None:
    """Whoever would get the study by the explanation gets it when it comes."""
    first = came(bench, PatientID="OLD")
    bench.change(first, state="completed", reader="dr-salem", closed_at=bench.clock.now())
    now, file = bench.clock.now(), bench.room.rules.current
    facts = file.completed(file.facts([{"Modality": "CT", "PatientID": "OLD"}], Transport(calling_aet="ZLITEN_CT")))
    with bench.room.store.reading() as c:
        found = imagining.readers_for(c, file, facts, file.decide(facts), now)
    assert (found.reader, found.stated[0].code) == ("dr-salem", "continuity")
    assert came(bench, PatientID="OLD").reader == "dr-salem"


def test_lateness_is_told_in_the_order_of_the_priorities():
    lateness = replaying.Lateness(Counter({"routine": 3, "stat": 1, "urgent": 2}), Counter({"urgent": 1}))
    assert list(lateness.to_json(("stat", "urgent", "routine"))) == ["stat", "urgent", "routine"]
    assert lateness.to_json(("stat", "urgent", "routine"))["urgent"] == {"studies": 2, "late": 1}


def test_another_promise_for_the_same_priority_moves_a_study(bench: Bench) -> None:
    came(bench)
    came(bench, modality="MR")
    sooner = tried(bench, TWO_SITES.replace("routine: {turnaround: 24h}", "routine: {turnaround: 12h}"))
    assert [each.changes for each in sooner.items] == [{"turnaround": {"before": 86400.0, "after": 43200.0}}]
    policy = "turnaround: [{name: zliten, facility: zliten, priority: urgent, time: 2h}]\n"
    assert tried(bench, TWO_SITES + policy).by_attribute == {"turnaround": 1}
    days = f"{{week: {{timezone: UTC, hours: '00:00-24:00', holidays: [{bench.clock.now().date()}]}}}}"
    office = f"turnaround: [{{name: office, calendar: week}}]\ncalendars: {days}\n"
    assert tried(bench, TWO_SITES + office).by_attribute == {"due_at": 2}


def test_a_rule_that_sets_a_turnaround_is_told_with_the_time_promised_before(bench: Bench) -> None:
    came(bench, modality="MR")
    soon = TWO_SITES.replace(
        "modality: MR}\n    then: {priority: urgent}", "modality: MR}\n    then: {priority: urgent, turnaround: 6h}"
    )
    assert tried(bench, soon).items[0].changes == {"turnaround": {"before": 14400.0, "after": 21600.0}}


def test_who_gets_another_reader_is_counted_besides(bench: Bench) -> None:
    came(bench)
    elsewhere = tried(bench, TWO_SITES.replace("dr-amal: {name: Dr Amal,", "dr-amal: {name: Dr Amal, active: false,"))
    assert (elsewhere.changed, elsewhere.other_reader) == (0, 1)
    assert tried(bench, TWO_SITES).other_reader == 0
