"""Rosters in and out as CSV: what goes out comes back the same, and mistakes are told with their lines."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from time import monotonic

from hypothesis import given
from hypothesis import strategies as st

from teleradiology.core import roster_csv
from teleradiology.core.reader import Reader, Shift
from teleradiology.core.roster import Exception_
from teleradiology.core.roster_remarks import noticed

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


def test_a_spreadsheet_finds_no_formula():
    assert ",'=1+1" in roster_csv.written(TIDY, READERS)


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


def csv_of(*rows: str, head: str = "reader,kind,start,end") -> roster_csv.Entries:
    return roster_csv.parsed("\n".join([head, *rows, ""]), READERS)


def messages(entries) -> str:
    return "\n".join(map(str, entries.problems))


def test_a_day_without_an_hour_is_whole_at_both_ends():
    (found,) = csv_of("dr-huda,leave,2026-12-01,2026-12-05").found
    assert (found.start, found.end) == (
        datetime(2026, 11, 30, 22, tzinfo=UTC), datetime(2026, 12, 5, 22, tzinfo=UTC),
    )  # fmt: skip


def test_24_00_is_the_end_of_a_day_and_begins_none():
    found = csv_of(
        "dr-huda,leave,2026-12-01 08:00,2026-12-05 24:00",
        "dr-huda,leave,2026-12-11T08:00,20261215T240000",
        "dr-weber,extra,2026-12-31 20:00,2026-12-31T24:00+01:00",
        "dr-weber,extra,2026-10-25 00:00,2026-10-25 24:00",
    )
    assert [each.end for each in found.found] == [
        datetime(2026, 12, 5, 22, tzinfo=UTC),
        datetime(2026, 12, 15, 22, tzinfo=UTC),
        datetime(2026, 12, 31, 23, tzinfo=UTC),
        datetime(2026, 10, 25, 23, tzinfo=UTC),
    ]
    for row in ("2026-12-01 24:00,2026-12-05 08:00", "2026-12-01 08:00,2026-12-05 24:30", "2026-12-01 08:00,2026-02-30 24:00"):
        assert [each.told.code for each in csv_of(f"dr-huda,leave,{row}").problems] == ["no-such-time"], row


def test_arabic_digits_and_words_are_read():
    (found,) = csv_of("د. هدى,إجازة,٢٠٢٦-١٢-٠١ ٠٨:٠٠,۲۰۲۶-۱۲-۰۱ ۱۶:۰۰").found
    assert (found.reader, found.kind, found.start.hour, found.end.hour) == ("dr-huda", "leave", 6, 14)


def test_a_time_that_the_clocks_jump_over_and_one_that_comes_twice_are_refused():
    found = csv_of(
        "dr-weber,extra,2026-03-29 02:30,2026-03-29 08:00",
        "dr-weber,extra,2026-10-24 20:00,2026-10-25 02:30",
        "dr-weber,extra,2026-10-24 20:00,2026-10-25 02:30+01:00",
    )
    assert told(found) == [(2, "start"), (3, "end")]
    assert "2026-03-29 02:30 does not exist in Europe/Berlin" in messages(found)
    assert "comes twice in Europe/Berlin: add the offset that is meant, +02:00 or +01:00" in messages(found)
    assert [each.end for each in found.found] == [datetime(2026, 10, 25, 1, 30, tzinfo=UTC)]


def test_impossible_days_are_told_apart_from_other_writings():
    found = csv_of("dr-huda,leave,2026-02-30 08:00,01/12/2026")
    assert "there is no such day or hour as '2026-02-30 08:00'" in messages(found)
    assert "expected a time such as 2026-12-01 08:00; found '01/12/2026'" in messages(found)


def test_an_empty_file_is_told_to_be_empty():
    for text in ("", "\ufeff", "\r\n\r\n"):
        assert "the file is empty" in messages(roster_csv.parsed(text, READERS))


def test_lines_are_counted_also_after_a_note_of_several_lines():
    found = csv_of('dr-huda,leave,2026-12-01,2026-12-02,"one\ntwo"', "dr-nobody,leave,2026-12-01,2026-12-02,", head=HEAD)
    assert told(found) == [(4, "reader")]


HEAD = "reader,kind,start,end,note"


def test_a_formula_in_a_note_is_text_and_one_elsewhere_is_a_mistake():
    (found,) = csv_of("dr-huda,leave,2026-12-01,2026-12-02,\"=cmd|' /C calc'!A0\"", head=HEAD).found
    assert f",'{found.note}" in roster_csv.written([found], READERS)
    assert told(csv_of("=cmd,@leave,+1,-1")) == [(2, "reader"), (2, "kind"), (2, "start"), (2, "end")]


def test_a_table_with_tabs_is_read():
    text = "reader\tkind\tstart\tend\r\ndr-huda\tleave\t2026-12-01\t2026-12-02\r\n"
    assert len(roster_csv.parsed(text, READERS).found) == 1


def test_the_line_that_tells_a_spreadsheet_its_separator_is_passed_by():
    text = "sep=;\r\nreader;kind;start;end\r\ndr-huda;leave;2026-12-01;2026-12-02\r\ndr-nobody;leave;2026-12-01;2026-12-02\r\n"
    found = roster_csv.parsed(text, READERS)
    assert (len(found.found), told(found)) == (1, [(4, "reader")])


def test_a_name_that_two_readers_share_is_not_enough():
    both = {**READERS, "dr-weber-2": replace(READERS["dr-weber"], id="dr-weber-2", email="")}
    found = roster_csv.parsed("reader,kind,start,end\nDr Anna Weber,leave,2026-12-01,2026-12-02\n", both)
    assert "'Dr Anna Weber' may be dr-weber, dr-weber-2: give the id" in messages(found)
    assert roster_csv.parsed("reader,kind,start,end\ndr-weber,leave,2026-12-01,2026-12-02\n", both).found


def test_what_may_not_be_meant_is_noticed():
    found = csv_of(
        "dr-huda,leave,2026-12-01,2026-12-05",
        "dr-huda,extra,2026-12-05 08:00,2026-12-05 16:00",
        "dr-huda,leave,2026-12-01,2026-12-05",
        "dr-weber,extra,2026-12-05 08:00,2026-12-05 16:00",
        "dr-huda,extra,2026-12-06 08:00,2026-12-06 16:00",
    )
    assert not found.problems
    assert [str(each) for each in noticed(found)] == ["3: overlaps the leave of line 4, which wins", "4: says the same as line 2"]


def test_ten_thousand_lines_are_read_while_somebody_waits():
    rows = [
        f"dr-huda,{kind},2026-12-01 08:{n % 60:02}:{n // 60 % 60:02},2026-12-0{n % 7 + 2}" for n in range(5000) for kind in KINDS
    ]
    begun = monotonic()
    found = csv_of(*rows)
    assert (len(found.found), found.problems) == (10_000, ())
    assert noticed(found)
    assert monotonic() - begun < 20


KINDS = ("leave", "extra")


@given(st.text(max_size=200))
def test_whatever_comes_is_read_or_refused_but_never_fails(text):
    assert not roster_csv.parsed(text, READERS).found
