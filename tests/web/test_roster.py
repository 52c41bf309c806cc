"""The roster over HTTP: seen by who may, changed by coordinators, by readers for themselves, and by files."""

from __future__ import annotations

from teleradiology.store import items

LEAVE = {"reader": "dr-salem", "kind": "leave", "start": "2026-11-23T08:00:00Z", "end": "2026-11-24T08:00:00Z", "note": "family"}
TABLE = "reader,kind,start,end\ndr-huda,on-call,2026-11-28 20:00,2026-11-29 06:00\n"


def row(answer, reader: str = "dr-salem"):
    return next(each for each in answer.json["readers"] if each["reader"] == reader)


def test_leave_is_put_on_and_taken_off(site):
    olga = site.as_("coordinator")
    made = olga.post("/api/roster/exceptions", json=LEAVE)
    assert (made.status_code, made.json["kind"], made.json["created_by"]) == (201, "leave", "coordinator")
    found = row(olga.get("/api/roster"))
    assert found["now"] is None
    assert found["next"]["start"] == "2026-11-24T08:00:00.000Z"
    assert [each["note"] for each in found["exceptions"]] == ["family"]
    assert olga.delete(f"/api/roster/exceptions/{made.json['id']}").status_code == 200
    assert row(olga.get("/api/roster"))["now"]["layer"] == "shift"


def test_gaps_are_told_by_subspecialty_and_jurisdiction(site):
    olga = site.as_("coordinator")
    olga.post("/api/roster/exceptions", json=LEAVE)
    gaps = [each for each in olga.get("/api/roster?days=1").json["gaps"] if each["subspecialty"] == "neuro"]
    assert next((each["jurisdiction"], each["start"]) for each in gaps) == ("LY", "2026-11-23T09:00:00.000Z")


def test_a_reader_is_unavailable_and_available_again(site):
    reader = site.as_("radiologist")
    assert reader.post("/api/roster/availability", json={"available": False}).json["changed"] is True
    assert row(reader.get("/api/roster"))["available"] is False
    assert (
        site.as_("radiologist-2").post("/api/roster/availability", json={"available": True, "reader": "dr-salem"}).status_code
        == 403
    )
    assert reader.post("/api/roster/availability", json={"available": True}).json["changed"] is True
    assert site.as_("coordinator").post("/api/roster/availability", json={"available": True}).status_code == 422


def test_a_shift_is_handed_over(site):
    moves = site.change(site.study(), state="assigned", reader="dr-salem")
    stays = site.change(site.study(study_description="CT stroke"), state="assigned", reader="dr-salem")
    body = {"from_reader": "dr-salem", "to_reader": "dr-huda", "reason": "end of the shift"}
    answer = site.as_("coordinator").post("/api/roster/hand-over", json=body).json
    assert (answer["moved"], answer["stayed"]) == (1, 1)
    assert {each["item"]: each["to"] for each in answer["items"]} == {moves.id: "dr-huda", stays.id: "dr-salem"}
    assert [each["code"] for one in answer["items"] if not one["moved"] for each in one["why"]] == ["subspecialty"]
    with site.room.store.reading() as c:
        assert items.get(c, moves.id).reader == "dr-huda"


def test_files_go_out_and_come_back(site):
    olga = site.as_("coordinator")
    taken = olga.post("/api/roster/import", data=TABLE, headers={"Content-Type": "text/csv"})
    assert taken.json == {"added": 1, "unchanged": 0, "passed_over": 0, "repeating": 0, "until": None, "noticed": []}
    table, calendar = olga.get("/api/roster.csv"), olga.get("/api/roster.ics")
    assert table.headers["Content-Disposition"] == 'attachment; filename="roster.csv"'
    assert calendar.content_type.startswith("text/calendar")
    for media_type, text in (("text/csv", table.text), ("text/calendar", calendar.get_data(as_text=True))):
        again = olga.post("/api/roster/import", data=text.encode(), headers={"Content-Type": media_type})
        assert (again.json["added"], again.json["unchanged"]) == (0, 1)
    assert "X-KIND:shift" in olga.get("/api/roster.ics?what=duties").text


def test_a_file_with_mistakes_changes_nothing_and_tells_all_of_them(site):
    olga = site.as_("coordinator")
    text = TABLE + "dr-hudda,leave,2026-12-01 08:00,2026-12-02 08:00\ndr-huda,leaf,x,2026-12-02\n"
    refused = olga.post("/api/roster/import", json={"format": "csv", "text": text})
    assert refused.status_code == 422
    told = [(each["line"], each["path"], each.get("suggestion")) for each in refused.json["problems"]]
    assert [each[:2] for each in told] == [(3, "reader"), (4, "kind"), (4, "start")]
    assert told[0][2] == "dr-huda"
    assert row(olga.get("/api/roster"), "dr-huda")["exceptions"] == []


def test_repetitions_are_taken_in_as_far_as_is_told(site):
    lines = ["BEGIN:VCALENDAR", "BEGIN:VEVENT", "SUMMARY:On call - dr-huda", "DTSTART:20261201T200000Z", "DURATION:PT10H"]
    text = "\r\n".join([*lines, "RRULE:FREQ=WEEKLY", "END:VEVENT", "END:VCALENDAR"])
    olga = site.as_("coordinator")
    taken = olga.post("/api/roster/import", json={"format": "ics", "text": text}).json
    assert (taken["added"], taken["repeating"], taken["until"]) == (52, 1, "2027-11-24T09:00:00.000Z")
    again = olga.post("/api/roster/import", json={"format": "ics", "text": text}).json
    assert (again["added"], again["unchanged"]) == (0, 52)


def test_a_file_in_another_encoding_is_told_with_its_line(site):
    raw = TABLE.encode() + "dr-huda,leave,2026-12-01,2026-12-02,,Müller\n".encode("latin-1")
    refused = site.as_("coordinator").post("/api/roster/import", data=raw, headers={"Content-Type": "text/csv"})
    assert refused.status_code == 422
    assert [(each["line"], "UTF-8" in each["message"]) for each in refused.json["problems"]] == [(3, True)]
    wide = TABLE.replace(",", "\t").encode("utf-16")
    assert site.as_("coordinator").post("/api/roster/import", data=wide, headers={"Content-Type": "text/csv"}).json["added"] == 1


def test_a_site_user_does_not_see_the_roster(site):
    for path in ("/api/roster", "/api/roster.csv", "/api/roster.ics"):
        assert site.as_("facility").get(path).status_code == 403
