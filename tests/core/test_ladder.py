"""Warn, breach, escalate: each step once, at its time, without waking people for routine work."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from teleradiology.core.calendars import Calendar, Hours
from teleradiology.core.ladder import Action, Clock, Ladder, Step, due_steps, next_step_at

NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
NIGHT = Calendar("UTC", {day: (Hours(time(0), time(6)), Hours(time(22), time(0))) for day in range(7)})
STEPS = (
    Step("remind the reader", Action.NOTIFY_READER, share=0.5),
    Step("tell the coordinator", Action.NOTIFY_COORDINATOR, share=0.75, by=("page", "email")),
    Step("widen", Action.BROADEN),
    Step("call", Action.CALL, offset=timedelta(minutes=15), to=("+218 91 000 0000",)),
)
LADDER = Ladder("standard", STEPS, NIGHT)
CLOCK = Clock(NINE, NINE + HOUR)


def names(clock: Clock, now: datetime, done: tuple[str, ...] = ()) -> list[str]:
    return [due.step.name for due in due_steps(LADDER, clock, done, now)]


def test_nothing_is_due_at_the_beginning() -> None:
    assert names(CLOCK, NINE) == []
    assert next_step_at(LADDER, CLOCK, (), NINE) == NINE + HOUR / 2


def test_steps_come_due_one_after_the_other() -> None:
    assert names(CLOCK, NINE + timedelta(minutes=30)) == ["remind the reader"]
    assert names(CLOCK, NINE + timedelta(minutes=59), ("remind the reader",)) == ["tell the coordinator"]
    assert names(CLOCK, NINE + HOUR, ("remind the reader", "tell the coordinator")) == ["widen"]


def test_after_a_long_stop_all_missed_steps_are_due_in_their_order() -> None:
    assert names(CLOCK, NINE + 3 * HOUR) == [step.name for step in STEPS]


def test_a_step_that_was_taken_is_not_due_again() -> None:
    assert names(CLOCK, NINE + 3 * HOUR, tuple(step.name for step in STEPS)) == []


def test_a_paused_clock_climbs_no_ladder() -> None:
    held = Clock(NINE, NINE + HOUR, held=True)
    assert names(held, NINE + 9 * HOUR) == []
    assert next_step_at(LADDER, held, (), NINE) is None


def test_people_are_not_woken_for_routine_work_but_the_study_is_still_offered_more_widely() -> None:
    late = datetime(2026, 11, 23, 22, 30, tzinfo=UTC)
    night = Clock(late, late + HOUR)
    assert names(night, late + 2 * HOUR) == ["widen"]
    at_six = datetime(2026, 11, 24, 6, tzinfo=UTC)
    assert next_step_at(LADDER, night, ("widen",), late + 2 * HOUR) == at_six
    assert set(names(night, at_six, ("widen",))) == {"remind the reader", "tell the coordinator", "call"}


def test_people_are_woken_for_what_is_urgent() -> None:
    late = datetime(2026, 11, 23, 23, tzinfo=UTC)
    assert names(Clock(late, late + HOUR, urgent=True), late + HOUR / 2) == ["remind the reader"]


OFFICE = Calendar("UTC", dict.fromkeys(range(5), (Hours(time(8), time(16)),)))


def test_a_time_before_the_due_time_is_working_time_as_well() -> None:
    """Due at five past opening on Monday: ten minutes before is five to closing time on Friday."""
    since, due = datetime(2026, 11, 20, 9, tzinfo=UTC), datetime(2026, 11, 23, 8, 5, tzinfo=UTC)
    early = Step("early", Action.NOTIFY_READER, offset=timedelta(minutes=-10))
    assert early.at(since, due, OFFICE) == datetime(2026, 11, 20, 15, 55, tzinfo=UTC)


def test_no_step_comes_before_its_clock_began() -> None:
    early = Step("early", Action.NOTIFY_READER, offset=timedelta(hours=-2))
    assert early.at(NINE, NINE + HOUR) == NINE


def test_quiet_hours_that_never_end_silence_nobody() -> None:
    silent = Ladder("silent", STEPS, Calendar("UTC", dict.fromkeys(range(7), (Hours(time(0), time(0)),))))
    assert due_steps(silent, CLOCK, (), NINE + HOUR)[0].at == NINE + HOUR / 2
