"""What a diff says of two rules files: each part that changed, as a rules file writes it and never as a program prints it."""

from __future__ import annotations

import re

import pytest

from support.rule_texts import FACILITIES, PRIORITIES, READERS, rules_of
from teleradiology.config.difference_details import details

LICENSED_LONGER = {"dr-salem": {**READERS["dr-salem"], "licences": [{"jurisdiction": "LY", "until": "2029-12-31"}]}}
LADDER = {"office": {"steps": [{"at": "50%", "do": "notify-reader"}]}}


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        (
            {"priorities": PRIORITIES | {"stat": {"turnaround": "30m", "warn_after": "60%"}}},
            ["priorities: stat changed turnaround: 1h → 30m", "priorities: stat changed warn_after: 50% → 60%"],
        ),
        (
            {"readers": LICENSED_LONGER},
            ["readers: dr-salem changed licences: jurisdiction LY → jurisdiction LY until 2029-12-31"],
        ),
        (
            {"facilities": FACILITIES | {"gozo": {**FACILITIES["zliten-clinic"], "calling_aets": ["GOZO"]}}},
            ["facilities: gozo added"],
        ),
        ({"turnaround": [{"name": "all", "time": "5h"}]}, ["turnaround: all added"]),
        ({"completeness": [{"modalities": ["MG"], "instances": 4}]}, ["completeness: number 1 added"]),
        ({"workload": {"values": [{"weight": 2}]}}, ["workload: workload changed rows: nothing → weight 2"]),
        ({"ladders": LADDER}, ["ladders: office added"]),
    ],
)
def test_each_part_that_changed_is_told(changed: dict[str, object], told: list[str]) -> None:
    found = [str(each) for each in details(rules_of(), rules_of(**changed))]
    assert found == told


EMERGENCIES, ALL = {"name": "emergencies", "priority": "stat", "time": "30m"}, {"name": "all", "time": "5h"}
STEPS = [{"at": "50%", "do": "notify-reader"}, {"at": "+15m", "do": "call", "to": ["Head"]}]
LATER = [STEPS[0], {"at": "+20m", "do": "call", "to": ["Head"]}]


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ({"turnaround": [EMERGENCIES, ALL]}, {"turnaround": [ALL, EMERGENCIES]}, ["turnaround: all moved place: 2 → 1"]),
        ({"completeness": [{"name": "a", "quiet": "5s"}, {"name": "b", "quiet": "9s"}]},
         {"completeness": [{"name": "b", "quiet": "9s"}, {"name": "a", "quiet": "5s"}]}, ["completeness: b moved place: 2 → 1"]),
        ({"assignment": {"continuity": 8}}, {"assignment": {"continuity": 9}},
         ["assignment: assignment changed general.choice.continuity: 8 → 9"]),
        ({"ladders": {"l": {"steps": STEPS}}, "turnaround": [{**ALL, "ladder": "l"}]},
         {"ladders": {"l": {"steps": LATER}}, "turnaround": [{**ALL, "ladder": "l"}]},
         ["ladders: l changed steps: name call at 100% +15m action call share 1 offset 15m by page to Head"
          " → name call at 100% +20m action call share 1 offset 20m by page to Head"]),
    ],
)  # fmt: skip
def test_only_what_changed_is_told_and_an_order_that_decides_counts(
    before: dict[str, object], after: dict[str, object], told: list[str]
) -> None:
    assert [str(each) for each in details(rules_of(**before), rules_of(**after))] == told


def quiet(begins: str, **more: object) -> dict[str, object]:
    hours = {"from": begins, "to": "06:00", "timezone": "UTC", **more}
    return {"ladders": {"l": {"steps": STEPS, "quiet": hours}}, "turnaround": [{**ALL, "ladder": "l"}]}


def office(hours: str, **more: object) -> dict[str, object]:
    return {"calendars": {"office": {"timezone": "UTC", "hours": hours, **more}}}


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (quiet("22:00"), quiet("23:00"), ["ladders: l changed quiet.week: mon-sun 22:00-06:00 → mon-sun 23:00-06:00"]),
        (quiet("22:00"), quiet("22:00", days=["sat"]), ["ladders: l changed quiet.week: mon-sun 22:00-06:00 → sat 22:00-06:00"]),
        (office("08:00-16:00"), office("08:00-16:00", weekend=["fri", "sat"]),
         ["calendars: office changed week: mon-sun 08:00-16:00 → sun-thu 08:00-16:00"]),
        ({}, {"pause_reasons": ["missing-images"]},
         ["pause_reasons: pause_reasons changed: missing-images, missing-information → missing-images"]),
    ],
)  # fmt: skip
def test_hours_and_reasons_are_told_once_and_as_the_file_writes_them(
    before: dict[str, object], after: dict[str, object], told: list[str]
) -> None:
    assert [str(each) for each in details(rules_of(**before), rules_of(**after))] == told


def test_nothing_is_told_as_a_program_prints_it() -> None:
    every = {"readers": LICENSED_LONGER, "assignment": {"policy": "least-open", "continuity": 2}, "ladders": LADDER}
    calendars = [{"c": {"timezone": "UTC", "hours": hours}} for hours in ("08:00-16:00", "09:00-16:00")]
    before, after = (rules_of(calendars=each, **(every if each is calendars[1] else {})) for each in calendars)
    assert not re.search(r"\w\(|=|<|\{", " ".join(map(str, details(before, after))))
