"""The roster: who is on duty now and next, exceptions, availability, handing over, files in and out."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ...core.errors import InvalidInput, Problem
from ...core.roster import Duty, Exception_, Gap
from ...core.roster_entries import zone_of
from ...workflow import handing_over, roster_files
from ...workflow import roster as workflow
from ...workflow.room import Room
from .models.roster import (
    AvailabilityIn,
    AvailabilityOut,
    ExceptionIn,
    ExceptionOut,
    HandOverIn,
    HandOverOut,
    RosterFileQuery,
    RosterImported,
    RosterImportIn,
    RosterOut,
    RosterQuery,
)
from .route import Answer, Call, Route
from .shapes import instant

CSV, CALENDAR = "text/csv; charset=utf-8", "text/calendar; charset=utf-8"


def roster(room: Room, call: Call) -> Answer:
    """Who is on duty now and next, what differs from the weekly hours, and when nobody can read a subspecialty."""
    found = workflow.board(room, call.who, call.query.days)
    times = {"at": instant(found.at), "until": instant(found.until)}
    return Answer({**times, "readers": [_row(each) for each in found.rows], "gaps": [_gap(each) for each in found.gaps]})


def add_exception(room: Room, call: Call) -> Answer:
    """Put leave, an extra shift or an on-call duty on the roster."""
    return Answer(_exception(workflow.add(room, call.who, Exception_(**call.body.model_dump()))), status=201)


def remove_exception(room: Room, call: Call) -> Answer:
    """Take an entry off the roster."""
    return Answer(_exception(workflow.remove(room, call.who, call.path["exception"])))


def set_availability(room: Room, call: Call) -> Answer:
    """Say that a reader is available or not; readers say so of themselves."""
    body = call.body
    reader = body.reader or call.who.reader
    if not reader:
        raise InvalidInput(problems=[Problem("expected a reader: your account is linked to none", path="reader")])
    if body.available and body.until:
        raise InvalidInput(problems=[Problem("only goes with available: false", path="until")])
    changed = workflow.set_availability(room, call.who, reader, body.available, body.until, note=body.note)
    return Answer({"reader": reader, "available": body.available, "changed": changed})


def hand_over(room: Room, call: Call) -> Answer:
    """Pass on all that a reader was given and has not begun; readers do so with their own."""
    body = call.body
    found = handing_over.hand_over(room, call.who, body.from_reader, body.to_reader, body.reason)
    moved = sum(each.moved for each in found)
    return Answer({"moved": moved, "stayed": len(found) - moved, "items": [_passed(each) for each in found]})


def roster_csv(room: Room, call: Call) -> Answer:
    """The roster as a table, with the times by each reader's clock."""
    return _file(room, call, roster_files.CSV, CSV)


def roster_ics(room: Room, call: Call) -> Answer:
    """The roster as iCalendar."""
    return _file(room, call, roster_files.ICS, CALENDAR)


def _file(room: Room, call: Call, form: str, media_type: str) -> Answer:
    text = roster_files.exported(room, call.who, form, duties=call.query.what == "duties")
    headers = {"Content-Disposition": f'attachment; filename="roster.{form}"'}
    return Answer(text.encode(), headers=headers, media_type=media_type)


def import_roster(room: Room, call: Call) -> Answer:
    """Take in a CSV or iCalendar file: all of it, or with any mistake nothing, and 422 with every mistake and its line."""
    done = roster_files.imported(room, call.who, call.body.format, call.body.text)
    noticed = [{"message": each.message, "line": each.line} for each in done.noticed]
    return Answer({**asdict(done), "until": instant(done.until), "noticed": noticed})


def _row(row: workflow.Row) -> dict[str, Any]:
    return {
        "reader": row.reader.id,
        "name": row.reader.name,
        "timezone": zone_of(row.reader),
        "available": row.available,
        "now": _duty(row.now),
        "next": _duty(row.next),
        "duties": [_duty(each) for each in row.duties],
        "exceptions": [_exception(each) for each in row.exceptions],
    }


def _duty(duty: Duty | None) -> dict[str, Any] | None:
    return {"layer": duty.layer, "start": instant(duty.start), "end": instant(duty.end)} if duty else None


def _gap(gap: Gap) -> dict[str, Any]:
    return {**asdict(gap), "start": instant(gap.start), "end": instant(gap.end)}


def _exception(value: Exception_) -> dict[str, Any]:
    return {**asdict(value), "start": instant(value.start), "end": instant(value.end)}


def _passed(value: handing_over.Passed) -> dict[str, Any]:
    why = [{**each.to_json(), "text": str(each)} for each in value.why]
    return {"item": value.item, "moved": value.moved, "to": value.to or None, "why": why}


_FILES = {"text/csv": "csv", "text/calendar": "ics"}
_EXCEPTIONS = "/api/roster/exceptions"
ROUTES = (
    Route("GET", "/api/roster", roster, "see roster", RosterOut, query=RosterQuery),
    Route("POST", _EXCEPTIONS, add_exception, "roster", ExceptionOut, body=ExceptionIn, status=201),
    Route("DELETE", f"{_EXCEPTIONS}/{{exception}}", remove_exception, "roster", ExceptionOut),
    Route("POST", "/api/roster/availability", set_availability, "see roster", AvailabilityOut, body=AvailabilityIn),
    Route("POST", "/api/roster/hand-over", hand_over, "see roster", HandOverOut, body=HandOverIn),
    Route("GET", "/api/roster.csv", roster_csv, "see roster", CSV, query=RosterFileQuery),
    Route("GET", "/api/roster.ics", roster_ics, "see roster", CALENDAR, query=RosterFileQuery),
    Route("POST", "/api/roster/import", import_roster, "roster", RosterImported, body=RosterImportIn, takes_files=_FILES),
)
