"""Rosters in and out as CSV and iCalendar: what goes out comes back the same, and mistakes are told with their lines."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teleradiology.core import roster_csv, roster_ics
from teleradiology.core.reader import Reader, Shift
from teleradiology.core.roster import Exception_

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
READERS = {
    "dr-weber": Reader(
        "dr-weber", "Dr Anna Weber", email="weber@example.org", shifts=(Shift((0,), time(8), time(16), "Europe/Berlin"),)
    ),
    "dr-huda": Reader("dr-huda", "د. هدى", shifts=(Shift((6,), time(8), time(16), "Africa/Tripoli"),)),
}
ENTRIES = [
    Exception_("dr-weber", "leave", NOON, NOON + timedelta(days=3), "congress; Vienna, \\ and more"),
    Exception_("dr-huda", "on-call", NOON + timedelta(hours=5), NOON + timedelta(hours=9), "=1+1 نوبة " * 12),
    Exception_("dr-huda", "unavailable", NOON),
]
TIDY = [Exception_(e.reader, e.kind, e.start, e.end, " ".join(e.note.split())) for e in ENTRIES]


def told(entries) -> list[tuple[int | None, str]]:
    return [(each.line, each.path) for each in entries.problems]


def test_csv_comes_back_as_it_went():
    back = roster_csv.parsed(roster_csv.written(TIDY, READERS), READERS)
    assert (list(back.found), back.problems) == (TIDY, ())


def test_icalendar_comes_back_as_it_went():
    back = roster_ics.parsed(roster_ics.written(TIDY, READERS, NOON), READERS)
    assert (list(back.found), back.problems) == (TIDY, ())


def test_a_spreadsheet_finds_no_formula():
    assert ",'=1+1" in roster_csv.written(TIDY, READERS)


def test_lines_of_a_calendar_are_at_most_75_octets():
    lines = roster_ics.written(TIDY, READERS, NOON).split("\r\n")
    assert max(len(line.encode()) for line in lines) <= 75


def test_an_entry_keeps_its_uid():
    entry = Exception_("dr-huda", "shift", NOON, NOON + timedelta(hours=8))
    first, second = (roster_ics.written([entry], READERS, at) for at in (NOON, NOON + timedelta(days=1)))
    uid = next(line for line in first.split("\r\n") if line.startswith("UID:"))
    assert uid in second


def test_times_without_offset_are_by_the_readers_clock():
    text = "reader,kind,start,end\ndr-weber,leave,2026-07-01 08:00,2026-07-01T16:00\n"
    text += "DR ANNA WEBER,Extra shift,2026-12-01 08:00,2026-12-01 09:00+00:00\n"
    found = roster_csv.parsed(text, READERS).found
    assert [(each.start.hour, each.end.hour) for each in found] == [(6, 14), (7, 9)]
    assert {each.reader for each in found} == {"dr-weber"}


def test_a_table_of_a_european_spreadsheet_is_read():
    text = "\ufeffreader;kind;start;end\r\ndr-huda;on call;2026-12-01 08:00;2026-12-01 16:00\r\n"
    assert [each.kind for each in roster_csv.parsed(text, READERS).found] == ["on-call"]


def test_all_mistakes_of_a_table_are_told_with_their_lines():
    text = (
        "reader,kind,start,end,timezone\n"
        "dr-webr,leave,2026-12-01 08:00,2026-12-02 08:00,\n"
        "dr-huda,leafe,tomorrow,2026-12-02 08:00,\n"
        "\n"
        "dr-huda,leave,2026-12-02 08:00,2026-12-01 08:00,\n"
        "dr-huda,leave,2026-12-02 08:00,,Africa/Tripolis\n"
        "dr-huda,leave,0001-01-01 00:00,9999-12-31 23:59,\n"
    )
    found = roster_csv.parsed(text, READERS)
    assert told(found) == [
        (2, "reader"), (3, "kind"), (3, "start"), (5, "end"), (6, "timezone"), (6, "end"), (7, "start"), (7, "end"),
    ]  # fmt: skip
    assert [each.suggestion for each in found.problems][:2] == ["dr-weber", "leave"]


def test_a_table_without_its_columns_is_refused():
    found = roster_csv.parsed("raeder,kind,start\n", READERS)
    assert [each.path for each in found.problems] == ["reader", "end", "raeder"]
    assert found.problems[-1].suggestion == "reader"


def test_weekly_hours_are_passed_over():
    weekly = [Exception_("dr-huda", "shift", NOON, NOON + timedelta(hours=8))]
    assert roster_csv.parsed(roster_csv.written(weekly, READERS), READERS).passed_over == 1
    assert roster_ics.parsed(roster_ics.written(weekly, READERS, NOON), READERS).passed_over == 1


def calendar(*lines: str) -> str:
    return "\r\n".join(["BEGIN:VCALENDAR", "BEGIN:VEVENT", *lines, "END:VEVENT", "END:VCALENDAR", ""])


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("DTSTART;TZID=Africa/Tripoli:20261201T080000", "DTEND;TZID=Africa/Tripoli:20261201T160000"), (6, 14)),
        (("DTSTART:20261201T080000Z", "DTEND:20261201T160000Z"), (8, 16)),
        (("DTSTART:20261201T080000", "DTEND:20261201T160000"), (7, 15)),
        (("DTSTART;VALUE=DATE:20261201",), (23, 23)),
    ],
)
def test_times_of_a_calendar(lines, expected):
    (found,) = roster_ics.parsed(calendar("SUMMARY:Leave", "ATTENDEE;CN=Anna:mailto:Weber@example.org", *lines), READERS).found
    assert (found.start.hour, found.end.hour) == expected
    assert found.reader == "dr-weber"


def test_all_mistakes_of_a_calendar_are_told_with_their_lines():
    text = calendar("SUMMARY:Party - Dr Nobody", "RRULE:FREQ=DAILY", "DTSTART;TZID=Mars/Base:20261201T080000", "nonsense")
    assert told(roster_ics.parsed(text, READERS)) == [
        (6, ""), (4, "RRULE"), (3, "SUMMARY"), (3, "SUMMARY"), (5, "DTSTART"),
    ]  # fmt: skip


def test_a_calendar_that_was_cut_off_is_refused():
    whole = roster_ics.written(TIDY, READERS, NOON)
    assert "cut off" in str(roster_ics.parsed(whole[: len(whole) // 2], READERS).problems)


@pytest.mark.parametrize("text", ["", "hello", "BEGIN:VCALENDAR\nEND:VCALENDAR", "END:VEVENT"])
def test_what_is_no_calendar_is_refused(text):
    assert roster_ics.parsed(text, READERS).problems


@given(st.text(max_size=200), st.sampled_from([roster_csv.parsed, roster_ics.parsed]))
def test_whatever_comes_is_read_or_refused_but_never_fails(text, parse):
    assert not parse(text, READERS).found
