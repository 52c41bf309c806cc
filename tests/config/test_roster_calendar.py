"""Rosters as iCalendar: ours come back as they went, and what Outlook, Google and Apple export is read or told to be wrong."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from time import monotonic

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teleradiology.config import roster_calendar
from teleradiology.config.calendar_repeats import AHEAD
from teleradiology.core import roster_ics
from teleradiology.core.reader import Reader, Shift
from teleradiology.core.roster import Exception_
from teleradiology.core.roster_entries import Entries

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
READERS = {
    "dr-weber": Reader(
        "dr-weber", "Dr Anna Weber", email="weber@example.org", shifts=(Shift((0,), time(8), time(16), "Europe/Berlin"),)
    ),
    "dr-huda": Reader("dr-huda", "د. هدى", shifts=(Shift((6,), time(8), time(16), "Africa/Tripoli"),)),
}
ENTRIES = [
    Exception_("dr-weber", "leave", NOON, NOON + timedelta(days=3), "congress; Vienna, \\ and more"),
    Exception_("dr-huda", "on-call", NOON + timedelta(hours=5), NOON + timedelta(hours=9), ("=1+1 نوبة " * 12).strip()),
    Exception_("dr-huda", "unavailable", NOON),
]


def read(text: str, now: datetime = NOON) -> Entries:
    return roster_calendar.read(text, READERS, now)


def calendar(*lines: str, before: tuple[str, ...] = ()) -> str:
    return "\r\n".join(["BEGIN:VCALENDAR", *before, "BEGIN:VEVENT", *lines, "END:VEVENT", "END:VCALENDAR", ""])


def event(*lines: str) -> Entries:
    """Of an extra shift of Dr Weber."""
    return read(calendar("UID:1", "SUMMARY:Extra shift - Dr Anna Weber", *lines))


def told(entries: Entries) -> list[tuple[int | None, str]]:
    return [(each.line, each.path) for each in entries.problems]


def hours(entries: Entries) -> list[str]:
    assert not entries.problems, entries.problems
    return [f"{each.start:%m-%d %H}..{each.end:%m-%d %H}" for each in entries.found]


def test_it_comes_back_as_it_went():
    back = read(roster_ics.written(ENTRIES, READERS, NOON))
    assert (list(back.found), back.problems) == (ENTRIES, ())


def test_lines_are_at_most_75_octets():
    lines = roster_ics.written(ENTRIES, READERS, NOON).split("\r\n")
    assert max(len(line.encode()) for line in lines) <= 75


def test_an_entry_keeps_its_uid():
    entry = Exception_("dr-huda", "shift", NOON, NOON + timedelta(hours=8))
    first, second = (roster_ics.written([entry], READERS, at) for at in (NOON, NOON + timedelta(days=1)))
    assert next(line for line in first.split("\r\n") if line.startswith("UID:")) in second


def test_weekly_hours_that_we_exported_are_passed_over():
    weekly = [Exception_("dr-huda", "shift", NOON, NOON + timedelta(hours=8))]
    assert read(roster_ics.written(weekly, READERS, NOON)).passed_over == 1


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("DTSTART;TZID=Africa/Tripoli:20261201T080000", "DTEND;TZID=Africa/Tripoli:20261201T160000"), "12-01 06..12-01 14"),
        (("DTSTART:20261201T080000Z", "DTEND:20261201T160000Z"), "12-01 08..12-01 16"),
        (("DTSTART:20261201T080000", "DTEND:20261201T160000"), "12-01 07..12-01 15"),
        (("DTSTART:20261201T080000", "DURATION:PT8H"), "12-01 07..12-01 15"),
        (("DTSTART:20261201T080000", "DURATION:P1DT2H"), "12-01 07..12-02 09"),
        (("DTSTART;VALUE=DATE:20261201",), "11-30 23..12-01 23"),
        (("DTSTART;VALUE=DATE:20261201", "DTEND;VALUE=DATE:20261206"), "11-30 23..12-05 23"),
        (("DTSTART;VALUE=DATE:20261201", "DURATION:P1W"), "11-30 23..12-07 23"),
        (("DTSTART;TZID=W. Europe Standard Time:20261201T080000", "DURATION:PT1H"), "12-01 07..12-01 08"),
        (("DTSTART;TZID=/mozilla.org/20070129_1/America/New_York:20261201T080000", "DURATION:PT1H"), "12-01 13..12-01 14"),
        (("DTSTART;TZID=Europe/Berlin:20261201T080000", "DTEND;TZID=America/New_York:20261201T080000"), "12-01 07..12-01 13"),
        (("DTSTART;TZID=Europe/Berlin:20260329T023000", "DURATION:PT1H"), "03-29 01..03-29 02"),  # skipped: RFC 5545 3.3.5
    ],
)
def test_times(lines, expected):
    assert hours(event(*lines)) == [expected]


def test_a_night_ends_at_its_hour_also_when_the_clocks_change_and_a_duration_lasts_as_long_as_it_says():
    night = "DTSTART;TZID=Europe/Berlin:20261024T200000"
    assert hours(event(night, "DTEND;TZID=Europe/Berlin:20261025T060000")) == ["10-24 18..10-25 05"]
    assert hours(event(night, "DURATION:PT10H")) == ["10-24 18..10-25 04"]


DESCRIBED = (
    "BEGIN:VTIMEZONE", "TZID:Customized Time Zone", "BEGIN:STANDARD", "DTSTART:16011028T030000",
    "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10", "TZOFFSETFROM:+0300", "TZOFFSETTO:+0200", "END:STANDARD",
    "BEGIN:DAYLIGHT", "DTSTART:16010325T020000", "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3", "TZOFFSETFROM:+0200",
    "TZOFFSETTO:+0300", "END:DAYLIGHT", "END:VTIMEZONE",
)  # fmt: skip


def test_a_zone_that_the_file_describes_itself_as_outlook_does():
    lines = ("SUMMARY:Leave - Dr Anna Weber", "DURATION:PT1H")
    for month, hour in (("07", "05"), ("12", "06")):
        text = calendar(*lines, f"DTSTART;TZID=Customized Time Zone:2026{month}01T080000", before=DESCRIBED)
        assert hours(read(text)) == [f"{month}-01 {hour}..{month}-01 {int(hour) + 1:02}"]


@pytest.mark.parametrize(
    ("was", "instead"),
    [
        ("TZOFFSETTO:+0200", "TZOFFSETTO:+9900"),
        ("BYMONTH=10", "BYMONTH=13"),
        ("RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10", "RRULE:FREQ=SECONDLY"),  # to count them would take hours
        ("BYMONTH=10", "BYMONTH=10;BYHOUR=1,2;BYSECOND=1,2"),
    ],
)
def test_a_zone_that_the_file_describes_wrongly_is_told_at_once(was, instead):
    described = tuple(line.replace(was, instead) for line in DESCRIBED)
    lines = ("SUMMARY:Leave - Dr Anna Weber", "DTSTART;TZID=Customized Time Zone:20261201T080000", "DURATION:PT1H")
    before = monotonic()
    found = read(calendar(*lines, before=described))
    assert [each.told.code for each in found.problems] == ["calendar-zone"]
    assert monotonic() - before < 5


WEEKLY = ("DTSTART;TZID=Europe/Berlin:20261201T200000", "DTEND;TZID=Europe/Berlin:20261202T060000")


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        ("FREQ=WEEKLY;COUNT=3", ["12-01", "12-08", "12-15"]),
        ("FREQ=WEEKLY;BYDAY=TU,FR;UNTIL=20261211T190000Z", ["12-01", "12-04", "12-08", "12-11"]),
        ("FREQ=WEEKLY;BYDAY=TU,FR;UNTIL=20261211T185959Z", ["12-01", "12-04", "12-08"]),
        ("FREQ=WEEKLY;BYDAY=TU;UNTIL=20261208", ["12-01", "12-08"]),
        ("FREQ=DAILY;INTERVAL=2;COUNT=3", ["12-01", "12-03", "12-05"]),
        ("FREQ=MONTHLY;BYDAY=1TU;COUNT=2", ["12-01", "01-05"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=2", ["12-31", "01-31"]),
        ("FREQ=YEARLY;COUNT=1;WKST=SU", ["12-01"]),
    ],
)
def test_repetitions(rule, days):
    found = event(*WEEKLY, f"RRULE:{rule}")
    assert [each[:5] for each in hours(found)] == days
    assert (found.repeating, found.until) == (1, None)


def test_days_are_left_out_and_added():
    found = event(
        *WEEKLY,
        "RRULE:FREQ=DAILY;COUNT=5",
        "EXDATE;TZID=Europe/Berlin:20261202T200000,20261203T200000",
        "EXDATE:20261204T190000Z",
        "RDATE;TZID=Europe/Berlin:20261210T200000,20261205T200000",
    )
    assert [each[:5] for each in hours(found)] == ["12-01", "12-05", "12-10"]


def test_one_of_a_series_is_moved_and_another_cancelled():
    text = calendar(*("UID:1", "SUMMARY:On call - Dr Anna Weber", *WEEKLY, "RRULE:FREQ=WEEKLY;COUNT=3"))
    moved = ("UID:1", "SUMMARY:On call - د. هدى", "RECURRENCE-ID;TZID=Europe/Berlin:20261208T200000", "DTSTART:20261209T200000Z")
    gone = ("UID:1", "SUMMARY:On call - Dr Anna Weber", "RECURRENCE-ID:20261215T190000Z", "STATUS:CANCELLED", WEEKLY[0])
    more = "\r\n".join(["BEGIN:VEVENT", *moved, "DURATION:PT1H", "END:VEVENT", "BEGIN:VEVENT", *gone, "END:VEVENT", ""])
    found = read(text.replace("END:VCALENDAR", more + "END:VCALENDAR"))
    assert hours(found) == ["12-01 19..12-02 05", "12-09 20..12-09 21"]
    assert [each.reader for each in found.found] == ["dr-weber", "dr-huda"]
    assert found.passed_over == 1


def test_whole_days_repeat_and_one_is_left_out():
    found = event("DTSTART;VALUE=DATE:20261201", "RRULE:FREQ=DAILY;UNTIL=20261203", "EXDATE;VALUE=DATE:20261202")
    assert hours(found) == ["11-30 23..12-01 23", "12-02 23..12-03 23"]


def test_what_repeats_without_end_is_taken_a_year_ahead_and_says_so():
    found = event("DTSTART;TZID=Europe/Berlin:20200106T080000", "DURATION:PT8H", "RRULE:FREQ=WEEKLY;BYDAY=MO")
    assert found.until == NOON + AHEAD
    assert found.found[0].start == datetime(2026, 11, 23, 7, tzinfo=UTC)  # the one that is on now
    assert found.found[-1].start < NOON + AHEAD
    assert len(found.found) == 53
    assert {each.start.hour for each in found.found} == {6, 7}  # eight by the clock, in summer and winter


def test_a_series_that_is_over_is_passed_over():
    found = event("DTSTART:20240106T080000Z", "DURATION:PT8H", "RRULE:FREQ=WEEKLY;COUNT=5")
    assert (found.found, found.problems, found.passed_over) == ((), (), 1)


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ("FREQ=HOURLY;COUNT=3", "expected FREQ to be one of DAILY, WEEKLY, MONTHLY, YEARLY; found 'HOURLY'"),
        ("FREQ=WEEKLY;COUNT=3;UNTIL=20261224", "expected COUNT or UNTIL, not both"),
        ("FREQ=WEEKLY;BYDAY=XX", "expected a rule such as"),
        ("FREQ=WEEKLY;COUNT=0", "expected COUNT from 1"),
        ("FREQ=DAILY;INTERVAL=0", "expected INTERVAL from 1"),
        ("FREQ=WEEKLY;UNTIL=tomorrow", "expected a time such as"),
        ("FREQ=DAILY;BYHOUR=8,9", "expected a rule of"),
        ("FREQ=DAILY;BYMONTHDAY=31", "BYMONTHDAY goes with FREQ=MONTHLY"),
        ("FREQ=DAILY;INTERVAL=7;BYDAY=SU", "expected FREQ=WEEKLY"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "this rule never comes true"),
        ("nonsense", "expected a rule of"),
    ],
)
def test_a_wrong_rule_is_told_with_its_line(rule, says):
    begun = monotonic()
    found = event(*WEEKLY, f"RRULE:{rule}")
    assert told(found) == [(7, "RRULE")]
    assert says in found.problems[0].message
    assert monotonic() - begun < 10


def test_many_rules_that_never_come_true_are_not_all_tried():
    one = ["BEGIN:VEVENT", "SUMMARY:Leave - Dr Anna Weber", *WEEKLY, "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "END:VEVENT"]
    begun = monotonic()
    assert len(read("\r\n".join(["BEGIN:VCALENDAR", *one * 2000, "END:VCALENDAR"])).problems) == 4
    assert monotonic() - begun < 30


def test_an_invitation_counts_for_everybody_who_takes_part():
    lines = ("SUMMARY:On call", "DTSTART:20261201T080000Z", "DURATION:PT8H")
    invited = ('ATTENDEE;CN="Weber, Anna":MAILTO:weber@example.org', "ATTENDEE;CN=د. هدى:mailto:huda@elsewhere.example")
    aside = ("ATTENDEE;CUTYPE=ROOM:mailto:room@example.org", "ATTENDEE;PARTSTAT=DECLINED:mailto:x@example.org")
    assert [each.reader for each in read(calendar(*lines, *invited, *aside)).found] == ["dr-weber", "dr-huda"]
    unknown = read(calendar(*lines, "ATTENDEE;CN=Dr Anna Webber:mailto:who@example.org"))
    assert told(unknown) == [(6, "ATTENDEE")]
    assert unknown.problems[0].suggestion == "Dr Anna Weber"


def test_a_category_says_the_kind():
    lines = ("SUMMARY:Ferien", "CATEGORIES:Personal,Vacation", "X-READER:dr-weber", "DTSTART;VALUE=DATE:20261201")
    assert [each.kind for each in read(calendar(*lines)).found] == ["leave"]


GOOGLE = """\
BEGIN:VCALENDAR\r
PRODID:-//Google Inc//Google Calendar 70.9054//EN\r
VERSION:2.0\r
CALSCALE:GREGORIAN\r
METHOD:PUBLISH\r
X-WR-CALNAME:Nights\r
X-WR-TIMEZONE:Europe/Berlin\r
BEGIN:VTIMEZONE\r
TZID:Europe/Berlin\r
X-LIC-LOCATION:Europe/Berlin\r
BEGIN:DAYLIGHT\r
TZOFFSETFROM:+0100\r
TZOFFSETTO:+0200\r
TZNAME:GMT+2\r
DTSTART:19700329T020000\r
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r
END:DAYLIGHT\r
END:VTIMEZONE\r
BEGIN:VEVENT\r
DTSTART;TZID=Europe/Berlin:20261201T200000\r
DTEND;TZID=Europe/Berlin:20261202T060000\r
RRULE:FREQ=WEEKLY;WKST=MO;UNTIL=20261215T225959Z;BYDAY=TU\r
EXDATE;TZID=Europe/Berlin:20261208T200000\r
DTSTAMP:20261101T101010Z\r
ORGANIZER;CN=Nights:mailto:c_1@group.calendar.google.com\r
UID:abc@google.com\r
ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;CN=weber@exa\r
 mple.org;X-NUM-GUESTS=0:mailto:weber@example.org\r
DESCRIPTION:\r
STATUS:CONFIRMED\r
SUMMARY:On call\r
TRANSP:OPAQUE\r
BEGIN:VALARM\r
ACTION:DISPLAY\r
DESCRIPTION:This is an event reminder\r
TRIGGER:-P0DT0H10M0S\r
END:VALARM\r
END:VEVENT\r
END:VCALENDAR\r
"""


def test_an_export_of_google_calendar():
    assert hours(read(GOOGLE)) == ["12-01 19..12-02 05", "12-15 19..12-16 05"]


def test_all_mistakes_are_told_with_their_lines():
    text = calendar("SUMMARY:Party - Dr Nobody", "RRULE:FREQ=DAILY", "DTSTART;TZID=Mars/Base:20261201T080000", "nonsense")
    assert told(read(text)) == [(6, ""), (3, "SUMMARY"), (3, "SUMMARY"), (5, "DTSTART")]


@pytest.mark.parametrize(
    ("lines", "place"),
    [
        (("DTSTART:20261201T080000Z", "DTEND:20261201T070000Z"), (6, "DTEND")),
        (("DTSTART:20261301T080000Z", "DURATION:PT1H"), (5, "DTSTART")),
        (("DTSTART:20261201T080000Z", "DURATION:P"), (6, "DURATION")),
        (("DTSTART:20261201T080000Z", "DURATION:-PT1H"), (6, "DURATION")),
        (("DTSTART:20261201T080000Z",), (2, "DTEND")),
        (("DURATION:PT1H",), (2, "DTSTART")),
        (("DTSTART:20261201T080000Z", "DURATION:PT1H", "RDATE;VALUE=PERIOD:20261202T080000Z/PT1H"), (7, "RDATE")),
        (("DTSTART:20261201T080000Z", "DURATION:PT1H", "EXRULE:FREQ=DAILY"), (7, "EXRULE")),
        (("DTSTART:20261201T080000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY", "EXDATE:often"), (8, "EXDATE")),
        (
            ("RECURRENCE-ID;RANGE=THISANDFUTURE:20261201T080000Z", "DTSTART:20261201T080000Z", "DURATION:PT1H"),
            (5, "RECURRENCE-ID"),
        ),
    ],
)
def test_a_mistake_is_told_with_its_line(lines, place):
    assert told(event(*lines)) == [place]


def test_a_calendar_that_was_cut_off_is_refused():
    whole = roster_ics.written(ENTRIES, READERS, NOON)
    assert "cut off" in str(read(whole[: len(whole) // 2]).problems)


@pytest.mark.parametrize("text", ["", "hello", "BEGIN:VCALENDAR\nEND:VCALENDAR", "END:VEVENT"])
def test_what_is_no_calendar_is_refused(text):
    assert read(text).problems


@pytest.mark.parametrize(
    "text",
    [
        "BEGIN:A\n" * 3000,
        "BEGIN:A\n" * 3000 + "BEGIN:VEVENT\nEND:VEVENT\n" + "END:A\n" * 3000,
        calendar("SUMMARY:Leave - Dr Anna Weber", f"DTSTART;TZID={'a/' * 3000}a:20261201T080000", "DURATION:PT1H"),
    ],
)
def test_what_goes_deeper_than_any_calendar_is_refused(text):
    assert read(text).problems


@given(st.text(max_size=200))
def test_whatever_comes_is_read_or_refused_but_never_fails(text):
    assert not read(text).found


NAMES = ["DTSTART", "DTEND", "RRULE", "DURATION", "EXDATE", "RDATE", "RECURRENCE-ID", "X-READER", "X-KIND", "TZID", "STATUS"]
VALUES = [
    "20261201T080000",
    "20261201",
    "FREQ=DAILY",
    "FREQ=WEEKLY;COUNT=2",
    "P1D",
    "PT1H",
    "dr-huda",
    "leave",
    "",
    ",",
    ";",
    "Z",
]


@given(st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(VALUES) | st.text(max_size=12)), max_size=8))
def test_whatever_an_event_is_made_of_it_never_fails(lines):
    read(calendar(*(f"{name}:{value}" for name, value in lines)))
