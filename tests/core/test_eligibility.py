"""Hard constraints: rights, conflicts, languages, hours in the reader's zone, and how far the search may go."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teleradiology.core.readers import (
    FINAL,
    GENERAL_READERS,
    NEVER,
    ON_CALL,
    PARTNERS,
    Choice,
    Conflicts,
    Licence,
    Need,
    Reader,
    Right,
    Shift,
    Standing,
    choose,
    expiring,
    judge,
)

NOON = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)  # Monday, noon in Tripoli
NEED = Need("clinic", "LY", "neuro", "CT", "ar", NOON, timezone="Africa/Tripoli", patient="P1", referrer="Haddad^Leila^^Dr")
SALEM = Reader("dr-salem", "Dr Salem", subspecialties=("neuro",), licences=(Licence("LY"),))
EVERY_DAY = tuple(range(7))


def codes(reader: Reader, need: Need = NEED, standing: Standing | None = None) -> list[str]:
    return [each.code for each in judge(reader, need, standing or Standing())]


@pytest.mark.parametrize(
    ("change", "need", "code"),
    [
        ({"rights": (Right(FINAL, ("MR",)),)}, {}, "no-right"),
        ({"rights": (Right(FINAL, ("CT",), date(2026, 3, 1)),)}, {}, "right-ended"),
        ({"rights": (Right(FINAL, ("CT",), date(2026, 3, 2)),)}, {}, ""),
        ({"rights": (Right("preliminary", ("CT",)),)}, {}, ""),
        ({"rights": (Right("preliminary", ("CT",)),)}, {"report": FINAL}, "no-final-right"),
        ({"may_finalize": False}, {"report": FINAL}, "no-final-right"),
        ({"rights": (Right("preliminary"), Right(FINAL, ("CT",)))}, {"report": FINAL}, ""),
        ({"conflicts": Conflicts(facilities=("clinic",))}, {}, "conflict-facility"),
        ({"conflicts": Conflicts(patients=("P1",))}, {}, "conflict-patient"),
        ({"conflicts": Conflicts(patients=("clinic/P1",))}, {}, "conflict-patient"),
        ({"conflicts": Conflicts(patients=("other/P1",))}, {}, ""),
        ({"conflicts": Conflicts(patients=("",))}, {"patient": ""}, ""),
        ({"conflicts": Conflicts(referrers=("Dr Leila HADDAD",))}, {}, "conflict-referrer"),
        ({"conflicts": Conflicts(referrers=("Dr Omar Haddad",))}, {}, ""),
        ({}, {"language_required": True}, "no-language"),
        ({"languages": ("en",)}, {"language_required": True}, "language"),
        ({"languages": ("en",)}, {}, ""),
        ({"languages": ("en", "ar")}, {"language_required": True}, ""),
        ({"group": "north"}, {}, "partner"),
        ({"group": "north"}, {"groups": ("north",)}, ""),
        ({}, {"passed_on_by": frozenset({"dr-salem"})}, "passed-on"),
        ({}, {"no_sooner": frozenset({"dr-salem"})}, "no-sooner"),
        ({"subspecialties": ("msk",)}, {"broadened": PARTNERS}, "subspecialty"),
        ({"subspecialties": ("general",)}, {}, "subspecialty"),
        ({"subspecialties": ("general",)}, {"broadened": GENERAL_READERS}, ""),
        ({"group": "north"}, {"broadened": ON_CALL}, "partner"),
        ({"group": "north"}, {"broadened": PARTNERS}, ""),
        ({"licences": ()}, {"broadened": PARTNERS}, "no-licence"),
    ],
)  # fmt: skip
def test_each_constraint(change, need, code):
    assert codes(replace(SALEM, **change), replace(NEED, **need)) == ([code] if code else [])


@pytest.mark.parametrize(
    ("standing", "code"),
    [
        (Standing(duty="shift"), ""),
        (Standing(duty=None), "on-leave"),
        (Standing(available=False), "unavailable"),
        (Standing(duty="shift", available=False), "unavailable"),
        (Standing(count=4), ""),
        (Standing(count=5), "capacity"),
        (Standing(load_weight=20.0), "most-work"),
    ],
)
def test_what_the_roster_and_open_work_say(standing, code):
    reader = replace(SALEM, capacity=5, most_work=20.0)
    assert codes(reader, NEED, standing) == ([code] if code else [])


def test_on_call_hours_count_only_when_the_search_is_that_wide():
    reader = replace(SALEM, on_call=(Shift(EVERY_DAY, time(8), time(20), "Africa/Tripoli"),))
    assert codes(reader) == ["on-call"]
    assert codes(reader, replace(NEED, broadened=GENERAL_READERS)) == ["on-call"]
    assert codes(reader, replace(NEED, at=NEED.at + timedelta(hours=12))) == ["off-duty"]
    assert codes(reader, replace(NEED, broadened=ON_CALL)) == []


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "Africa/Cairo", "America/St_Johns"])
def test_a_licence_ends_at_midnight_where_the_patient_is(zone):
    reader = replace(SALEM, licences=(Licence("LY", date(2026, 3, 2)),))
    midnight = datetime(2026, 3, 3, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    need = replace(NEED, timezone=zone)
    assert codes(reader, replace(need, at=midnight - timedelta(seconds=1))) == []
    assert codes(reader, replace(need, at=midnight)) == ["licence-ended"]


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("Africa/Cairo", date(2026, 4, 24)),  # clocks go forward at midnight
        ("Africa/Cairo", date(2026, 10, 29)),  # and back at midnight
        ("Europe/Berlin", date(2026, 3, 29)),
        ("Europe/Berlin", date(2026, 10, 25)),
    ],
)
def test_a_shift_keeps_to_the_wall_clock_on_the_day_the_clocks_change(zone, day):
    shift = Shift(EVERY_DAY, time(8), time(16), zone)
    begin, end = (datetime.combine(day, clock, ZoneInfo(zone)).astimezone(UTC) for clock in (time(8), time(16)))
    reader = replace(SALEM, shifts=(shift,))
    moments = (begin - timedelta(seconds=1), begin, end - timedelta(seconds=1), end)
    assert [codes(reader, replace(NEED, at=at)) for at in moments] == [["off-duty"], [], [], ["off-duty"]]
    assert shift.began(end - timedelta(seconds=1)) == begin


def test_a_night_shift_began_on_the_day_before():
    night = Shift((0,), time(22), time(6), "Europe/Berlin")
    at = datetime(2026, 3, 3, 4, 0, tzinfo=UTC)
    assert night.began(at) == datetime(2026, 3, 2, 21, 0, tzinfo=UTC)
    assert night.began(at + timedelta(hours=2)) is None


AMAL, ZAHRA = replace(SALEM, id="dr-amal"), replace(SALEM, id="dr-zahra")


@pytest.mark.parametrize(
    ("by", "chosen"),
    [("least-open", "dr-salem"), ("least-work", "dr-amal"), ("fair-shift", "dr-zahra")],
)
def test_the_policies(by, chosen):
    stand = {"dr-salem": Standing(1, 9.0, 0), "dr-amal": Standing(5, 5.0, 20.0), "dr-zahra": Standing(6, 6.0, 0)}
    found = choose([SALEM, AMAL, ZAHRA], NEED, stand, choice=Choice(by=by))
    assert (found.reader, found.stated[0].code) == (chosen, by)


def test_the_previous_reader_is_preferred_unless_much_busier_or_not_eligible():
    need = replace(NEED, previous="dr-salem")
    near, far = {"dr-salem": Standing(2, 6.0)}, {"dr-salem": Standing(2, 6.5)}
    assert choose([SALEM, AMAL], need, near).policy == "read this patient before"
    assert choose([SALEM, AMAL], need, far).reader == "dr-amal"
    assert choose([SALEM, AMAL], need, near, choice=Choice(continuity=None)).reader == "dr-amal"
    assert choose([replace(SALEM, licences=()), AMAL], need, {}).reader == "dr-amal"


def test_readers_of_a_wider_search_are_asked_only_when_nobody_nearer_may():
    general = replace(SALEM, id="dr-general", subspecialties=("general",))
    wide = replace(NEED, broadened=PARTNERS)
    busy = {"dr-salem": Standing(50, 50.0)}
    assert choose([SALEM, general], wide, busy).reader == "dr-salem"
    found = choose([replace(SALEM, capacity=50), general], wide, busy)
    assert found.reader == "dr-general"
    assert [each.code for each in found.stated] == ["fair-shift", "broadened-1"]


def test_licences_about_to_end_are_told_thirty_days_ahead():
    today = date(2026, 3, 2)
    soon, later = Licence("LY", date(2026, 4, 1)), Licence("LY", date(2026, 4, 2))
    renewed = (Licence("LY", date(2026, 3, 5)), Licence("LY", date(2028, 3, 5), date(2026, 3, 6)))
    readers = [
        replace(SALEM, id="soon", licences=(soon,)),
        replace(SALEM, id="later", licences=(later,)),
        replace(SALEM, id="renewed", licences=renewed),
        replace(SALEM, id="away", licences=(soon,), active=False),
        replace(SALEM, id="right", rights=(Right(FINAL, ("CT", "MR"), date(2026, 3, 1)),)),
    ]
    found = [(each.reader, each.kind, each.what, each.days) for each in expiring(readers, lambda jurisdiction: today)]
    assert found == [("right", "right", "final CT, MR", -1), ("soon", "licence", "LY", 30)]


def some(values):
    return st.lists(st.sampled_from(values), unique=True).map(tuple)


shifts = st.builds(
    Shift, st.sampled_from([(0,), (6,), EVERY_DAY]), st.sampled_from([time(8), time(22)]),
    st.sampled_from([time(6), time(16)]), st.sampled_from(["Europe/Berlin", "Africa/Cairo"]),
)  # fmt: skip
readers = st.lists(
    st.builds(
        Reader,
        id=st.sampled_from([f"r{number}" for number in range(8)]),
        name=st.just("Dr"),
        subspecialties=some(["neuro", "general", "msk"]),
        licences=st.lists(st.builds(Licence, st.sampled_from(["LY", "DE"]), st.none() | st.just(date(2026, 3, 1)))).map(tuple),
        shifts=st.lists(shifts, max_size=2).map(tuple),
        on_call=st.lists(shifts, max_size=1).map(tuple),
        modalities=some(["CT", "MR"]),
        languages=some(["ar", "en"]),
        capacity=st.none() | st.integers(1, 3),
        active=st.booleans(),
        rights=st.lists(st.builds(Right, st.sampled_from(["preliminary", "final"]), some(["CT", "MR"]))).map(tuple),
        conflicts=st.builds(Conflicts, some(["clinic"]), some(["P1"])),
        group=st.sampled_from(["", "north"]),
    ),
    unique_by=lambda reader: reader.id,
)
standings = st.dictionaries(
    st.sampled_from([f"r{number}" for number in range(8)]),
    st.builds(Standing, st.integers(0, 4), st.floats(0, 20), st.floats(0, 20), available=st.booleans()),
)
needs = st.builds(
    lambda **change: replace(NEED, **change),
    at=st.integers(0, 200).map(lambda hours: NOON + timedelta(hours=hours)),
    broadened=st.integers(0, 3),
    language_required=st.booleans(),
    report=st.sampled_from(["preliminary", "final"]),
    previous=st.sampled_from(["", "r0", "r1"]),
)


@given(readers, needs, standings, st.sampled_from([None, "r0", "r1"]), st.randoms())
def test_nobody_who_may_not_is_ever_chosen_and_the_order_of_the_file_does_not_matter(some_readers, need, stand, named, chance):
    found = choose(some_readers, need, stand, named)
    eligible = {one.id for one in some_readers if not judge(one, need, stand.get(one.id, Standing()))}
    assert (found.reader in eligible) if eligible else (found.reader is None)
    shuffled = list(some_readers)
    chance.shuffle(shuffled)
    assert choose(shuffled, need, stand, named) == found


@given(readers, needs, standings)
def test_a_wider_search_never_overcomes_a_licence_a_right_or_a_conflict(some_readers, need, stand):
    for one in some_readers:
        strict = {each.code for each in judge(one, replace(need, broadened=0)) if each.code in NEVER}
        wide = {each.code for each in judge(one, replace(need, broadened=PARTNERS), stand.get(one.id, Standing()))}
        assert strict <= wide
