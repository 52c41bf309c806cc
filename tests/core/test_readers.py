"""Who may read a study, why not the others, and who of them gets it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teleradiology.core.readers import Licence, Need, Reader, Shift, Standing, choose, reasons_against

WEEKDAYS = (0, 1, 2, 3, 4)
MONDAY_TEN = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
NEED = Need("clinic", "LY", "neuro", "CT", "ar", MONDAY_TEN, timezone="Africa/Tripoli")
SALEM = Reader("dr-salem", "Dr Salem", subspecialties=("neuro",), licences=(Licence("LY"),))


def local(zone: str, *moment: int) -> datetime:
    return datetime(*moment, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def at(moment: datetime) -> Need:
    return replace(NEED, at=moment)


def test_a_reader_with_all_rights_is_eligible():
    assert reasons_against(SALEM, NEED, 0) == ()


@pytest.mark.parametrize(
    ("change", "load", "reason"),
    [
        ({"active": False}, 0, "is not active"),
        ({"subspecialties": ("chest", "general")}, 0, "reads chest, general; this study needs neuro"),
        ({"subspecialties": ()}, 0, "reads no subspecialty; this study needs neuro"),
        ({"licences": ()}, 0, "has no licence for LY"),
        ({"licences": (Licence("DE"),)}, 0, "has no licence for LY"),
        ({"licences": (Licence("LY", date(2026, 3, 1)),)}, 0, "licence for LY ended 2026-03-01"),
        ({"licences": (Licence("LY", None, date(2026, 3, 3)),)}, 0, "licence for LY begins 2026-03-03"),
        ({"modalities": ("MR", "US")}, 0, "reads MR, US; this study is CT"),
        ({"capacity": 8}, 8, "has 8 open studies; takes 8 at most"),
        (
            {"shifts": (Shift((6,), time(8), time(16), "Africa/Tripoli"),)}, 0,
            "is off duty at Mon 12:00 Africa/Tripoli; on duty Sun 08:00-16:00 Africa/Tripoli",
        ),
    ],
)  # fmt: skip
def test_each_constraint_says_why(change, load, reason):
    assert reasons_against(replace(SALEM, **change), NEED, load) == (reason,)


def test_all_reasons_are_told_at_once():
    nobody = Reader("x", "X", active=False, capacity=0, modalities=("MR",), shifts=(Shift((5,), time(8), time(9), "UTC"),))
    assert len(reasons_against(nobody, NEED, 0)) == 6


def test_a_study_of_an_unknown_facility_goes_to_nobody():
    assert reasons_against(SALEM, replace(NEED, jurisdiction=""), 0) == (
        "no facility is known for this study, so no licence can be checked",
    )


def test_one_valid_licence_of_several_is_enough():
    renewed = replace(SALEM, licences=(Licence("LY", date(2025, 12, 31)), Licence("LY", date(2027, 12, 31), date(2026, 1, 1))))
    assert reasons_against(renewed, NEED, 0) == ()


def test_a_licence_holds_until_the_end_of_its_last_day_at_the_facility():
    reader = replace(SALEM, licences=(Licence("NZ", date(2026, 3, 2)),))
    need = replace(NEED, jurisdiction="NZ", timezone="Pacific/Auckland")
    last = local("Pacific/Auckland", 2026, 3, 2, 23, 59)
    assert reasons_against(reader, replace(need, at=last), 0) == ()
    assert reasons_against(reader, replace(need, at=last + timedelta(minutes=1)), 0) == ("licence for NZ ended 2026-03-02",)


OVERNIGHT = Shift(WEEKDAYS, time(22), time(6), "Europe/Berlin")


@pytest.mark.parametrize(
    ("moment", "on_duty"),
    [
        ((2026, 3, 2, 21, 59), False),  # Monday
        ((2026, 3, 2, 22, 0), True),
        ((2026, 3, 3, 5, 59), True),
        ((2026, 3, 3, 6, 0), False),
        ((2026, 3, 2, 5, 0), False),  # Sunday's night has no shift
        ((2026, 3, 7, 5, 0), True),  # Friday's shift ends on Saturday
        ((2026, 3, 7, 23, 0), False),
    ],
)
def test_a_night_shift_belongs_to_the_day_on_which_it_begins(moment, on_duty):
    assert OVERNIGHT.covers(local("Europe/Berlin", *moment)) is on_duty


def test_a_shift_begins_by_the_wall_clock_on_the_day_the_clocks_go_forward():
    shift = Shift((6,), time(8), time(16), "Europe/Berlin")
    assert not shift.covers(datetime(2026, 3, 29, 5, 59, tzinfo=UTC))
    assert shift.covers(datetime(2026, 3, 29, 6, 0, tzinfo=UTC))  # 08:00 summer time; the week before it was 07:00 UTC
    assert shift.covers(datetime(2026, 3, 22, 7, 0, tzinfo=UTC)) and not shift.covers(datetime(2026, 3, 22, 6, 59, tzinfo=UTC))


def test_the_repeated_hour_of_autumn_is_worked_twice():
    shift = Shift((6,), time(2), time(3), "Europe/Berlin")
    two = datetime(2026, 10, 25, 0, 0, tzinfo=UTC)  # 02:00 summer time, for the first time
    covered = [minute for minute in range(-60, 180) if shift.covers(two + timedelta(minutes=minute))]
    assert covered == list(range(0, 120))


def test_a_shift_that_begins_in_the_skipped_hour_begins_right_after_it():
    shift = Shift((6,), time(2, 30), time(4), "Europe/Berlin")
    assert not shift.covers(datetime(2026, 3, 29, 0, 59, tzinfo=UTC))
    assert shift.covers(datetime(2026, 3, 29, 1, 0, tzinfo=UTC))


def test_from_midnight_to_midnight_is_the_whole_day():
    shift = Shift((0,), time(0), time(0), "UTC")
    minutes = [MONDAY_TEN.replace(hour=0) + timedelta(minutes=minute) for minute in range(-60, 25 * 60)]
    assert [shift.covers(minute) for minute in minutes] == [0 <= minute < 1440 for minute in range(-60, 25 * 60)]


def test_a_reader_without_shifts_is_always_on_duty():
    assert all(SALEM.is_on_duty(MONDAY_TEN + timedelta(hours=hour)) for hour in range(168))


AMAL = replace(SALEM, id="dr-amal")
ZAHRA = replace(SALEM, id="dr-zahra")


def test_the_least_open_work_wins():
    assert choose([SALEM, AMAL, ZAHRA], NEED, {"dr-salem": 2, "dr-amal": 3, "dr-zahra": 1}).reader == "dr-zahra"


def test_equal_work_is_decided_by_language_then_by_id():
    assert choose([ZAHRA, SALEM, AMAL], NEED, {}).reader == "dr-amal"
    assert choose([replace(ZAHRA, languages=("ar",)), SALEM, AMAL], NEED, {}).reader == "dr-zahra"


def test_the_reader_named_by_a_rule_wins_when_eligible():
    assert choose([SALEM, AMAL], NEED, {"dr-salem": 9}, prefer="dr-salem").reader == "dr-salem"


def test_being_named_by_a_rule_does_not_replace_a_licence():
    chosen = choose([replace(SALEM, licences=()), AMAL], NEED, {}, prefer="dr-salem")
    assert chosen.reader == "dr-amal"
    assert chosen.policy == "least weighted work, open and done in this shift; dr-salem, named by the rules, is not eligible"


def test_when_nobody_is_eligible_the_reasons_stay():
    chosen = choose([replace(SALEM, licences=()), replace(AMAL, capacity=0)], NEED, {})
    assert chosen.reader is None
    assert {one.reader: one.reasons for one in chosen.considered} == {
        "dr-salem": ("has no licence for LY",),
        "dr-amal": ("has 0 open studies; takes 0 at most",),
    }


def test_waiting_helps_against_shifts_and_full_hands_only():
    off_duty = replace(SALEM, shifts=(Shift((5,), time(8), time(9), "UTC"),))
    assert not choose([off_duty], NEED, {}).is_hopeless
    assert not choose([replace(SALEM, capacity=0)], NEED, {}).is_hopeless
    assert choose([replace(off_duty, licences=())], NEED, {}).is_hopeless
    assert choose([], NEED, {}).is_hopeless


def test_the_stored_form_names_everybody_considered():
    stored = choose([SALEM, replace(AMAL, active=False)], NEED, {"dr-salem": Standing(4, 9.5, 3.25)}).to_json()
    inactive = {"code": "inactive", "params": {}}
    assert stored == {
        "chosen": "dr-salem",
        "policy": "least weighted work, open and done in this shift",
        "stated": [{"code": "fair-shift", "params": {}}],
        "broadened": 0,
        "considered": [
            {"reader": "dr-salem", "eligible": True, "reasons": [], "codes": [], "load": 4, "work": 9.5, "done": 3.25, "step": 0},
            {
                "reader": "dr-amal", "eligible": False, "reasons": ["is not active"], "codes": [inactive],
                "load": 0, "work": 0.0, "done": 0.0, "step": 0,
            },
        ],
    }  # fmt: skip


some_readers = st.lists(
    st.builds(
        Reader,
        id=st.sampled_from([f"reader-{number}" for number in range(8)]),
        name=st.just("Dr"),
        subspecialties=st.sets(st.sampled_from(["neuro", "general"])).map(tuple),
        licences=st.lists(st.builds(Licence, jurisdiction=st.sampled_from(["LY", "DE"]))).map(tuple),
        capacity=st.none() | st.integers(0, 3),
        active=st.booleans(),
    ),
    unique_by=lambda reader: reader.id,
)


@given(some_readers, st.dictionaries(st.sampled_from([f"reader-{number}" for number in range(8)]), st.integers(0, 5)))
def test_who_is_chosen_has_every_right_and_no_more_work_than_the_other_eligible(readers, loads):
    chosen = choose(readers, NEED, loads)
    eligible = {reader.id for reader in readers if not reasons_against(reader, NEED, loads.get(reader.id, 0))}
    assert (chosen.reader in eligible) if eligible else (chosen.reader is None)
    assert all(loads.get(chosen.reader, 0) <= loads.get(other, 0) for other in eligible)
    assert choose(list(reversed(readers)), NEED, loads) == chosen
