"""Ladders and promises that say something else than was meant: refused, or warned about with the line."""

from __future__ import annotations

from datetime import date

import pytest

from support.bench import RULES
from teleradiology.config.rules_file import load
from teleradiology.core.errors import InvalidConfiguration

POLICY = "turnaround:\n  - {name: all, ladder: office}\n"


def warnings(text: str) -> list[str]:
    return [f"{each.path}: {each.message}" for each in load(RULES + text).warnings if not each.path.startswith("rules")]


def ladder(step: str, quiet: str = "") -> str:
    return POLICY + f"ladders:\n  office:\n{quiet}    steps:\n      - {step}\n"


@pytest.mark.parametrize("hours", ["from: '08:00', to: '08:00'", "from: '00:00', to: '24:00'"])
def test_quiet_hours_that_never_end_are_refused(hours: str) -> None:
    text = ladder("{at: 50%, do: notify-reader}", f"    quiet: {{{hours}, timezone: UTC}}\n")
    with pytest.raises(InvalidConfiguration) as refusal:
        load(RULES + text)
    (problem,) = refusal.value.problems
    assert problem.path == "ladders.office.quiet" and "never end" in problem.message


def test_quiet_days_that_end_are_taken() -> None:
    quiet = "    quiet: {from: '00:00', to: '24:00', timezone: UTC, days: [fri, sat]}\n"
    assert warnings(ladder("{at: 50%, do: notify-reader}", quiet)) == []


@pytest.mark.parametrize(
    ("step", "told"),
    [
        ("{at: 50%, do: call}", "nobody is named under 'to'"),
        ("{at: 50%, do: notify-coordinator, by: email, to: [the desk]}", "expected e-mail addresses, found 'the desk'"),
        ("{at: 50%, do: notify-coordinator, to: [desk@example.org]}", "'by' does not name email"),
    ],
)
def test_whom_a_step_means_and_does_not_tell_is_a_warning(step: str, told: str) -> None:
    (warning,) = warnings(ladder(step))
    assert warning.startswith("ladders.office.steps.0") and told in warning


@pytest.mark.parametrize(
    "step",
    [
        "{at: 50%, do: call, to: [the head of radiology]}",
        "{at: 50%, do: notify-coordinator, by: [page, email], to: [desk@example.org]}",
        "{at: 50%, do: broaden}",
    ],
)
def test_a_step_as_it_should_be_is_none(step: str) -> None:
    assert warnings(ladder(step)) == []


def test_a_ladder_that_no_policy_names_is_a_warning() -> None:
    text = "ladders:\n  forgotten: {steps: [{at: 50%, do: broaden}]}\n"
    assert warnings(text) == ["ladders.forgotten: no policy of the section 'turnaround' names this ladder"]


def test_a_policy_that_an_earlier_one_covers_is_a_warning() -> None:
    text = "turnaround:\n  - {name: all}\n  - {name: emergencies, priority: stat}\n"
    (warning,) = warnings(text)
    assert warning.startswith("turnaround.1: 'emergencies' is never used: 'all' (line ")
    assert warnings("turnaround:\n  - {name: emergencies, priority: stat}\n  - {name: all}\n") == []


def test_a_promise_of_so_many_working_hours_that_it_takes_years_is_a_warning() -> None:
    text = "calendars:\n  seldom: {timezone: UTC, hours: '08:00-09:00', weekend: [tue, wed, thu, fri, sat, sun]}\n"
    (warning,) = warnings(text + "turnaround:\n  - {name: slow, time: 3d, calendar: seldom}\n")
    assert warning == "turnaround.0: 72 h by the calendar 'seldom' take more than a year: it is open for 1 h a week"


def test_the_hours_of_a_day_are_given_once() -> None:
    text = "calendars:\n  c: {timezone: UTC, hours: '08:00-16:00', days: {mon: closed, monday: '08:00-09:00'}}\n"
    with pytest.raises(InvalidConfiguration) as refusal:
        load(RULES + text)
    assert "the hours of mon are there already" in refusal.value.problems[0].message


@pytest.mark.parametrize("address", ["not an address", "a@b@c", "desk@", "'desk@example.org\\nBcc: x@example.org'"])
def test_an_address_that_is_none_is_refused_with_its_place(address: str) -> None:
    text = RULES.replace("name: Dr Salem,", f"name: Dr Salem, email: {address},")
    with pytest.raises(InvalidConfiguration) as refusal:
        load(text)
    assert refusal.value.problems[0].path == "readers.dr-salem.email"


def test_an_estimated_holiday_that_fell_on_another_day_is_put_right() -> None:
    """The end of the fast is reckoned beforehand, and announced when the moon was seen."""
    office = "calendars:\n  office: {timezone: Africa/Tripoli, country: LY, hours: '08:00-16:00'%s}\n"
    reckoned = load(RULES + office % "").calendars["office"]
    announced = load(RULES + office % ", holidays: [2027-03-14], not_holidays: [2027-03-09]").calendars["office"]
    found = [[day in each.holidays for day in (date(2027, 3, 9), date(2027, 3, 14))] for each in (reckoned, announced)]
    assert found == [[True, False], [False, True]]
