"""The roster's page: shown to who may see it, changed by forms, refusals told where one stands."""

from __future__ import annotations

import re

import pytest

from support.web_people import carried
from teleradiology.config.rules_file import load
from teleradiology.store import items

HTML = {"Accept": "text/html"}
LEAVE = {"reader": "dr-salem", "kind": "leave", "start": "2026-11-23T08:00", "end": "2026-11-24T10:00", "note": "<b>family"}


def page(client, status: int = 200, **headers: str) -> str:
    answer = client.get("/roster", headers={**HTML, **headers})
    assert answer.status_code == status, answer.text[:300]
    return answer.get_data(as_text=True)


def submit(client, path: str, status: int = 303, **form):
    answer = client.post(f"/roster/{path}", data=form, headers=HTML)
    assert answer.status_code == status, answer.get_data(as_text=True)[:800]
    return answer


def test_leave_is_entered_and_removed_by_form(site):
    olga = site.as_("coordinator")
    submit(olga, "exceptions", **LEAVE)
    text = page(olga)
    assert "&lt;b&gt;family" in text and "<b>family" not in text
    assert "Off duty" in text
    assert "hours with nobody" in text
    exception = re.search(r'name="exception" value="(\w{26})"', text)
    submit(olga, "remove", exception=exception[1])
    assert "everybody works the weekly hours" in page(olga)


def test_leave_far_ahead_is_listed_too(site):
    olga = site.as_("coordinator")
    submit(olga, "exceptions", **{**LEAVE, "start": "2027-06-01T08:00", "end": "2027-06-10T08:00", "note": "summer"})
    assert "summer" in page(olga)


def test_what_was_typed_wrongly_is_told(site):
    answer = submit(site.as_("coordinator"), "exceptions", 422, **{**LEAVE, "end": "2026-11-22T10:00"})
    assert "expected an end after the start" in answer.get_data(as_text=True)


def test_a_reader_sees_the_roster_and_changes_only_their_own_availability(site):
    reader = site.as_("radiologist")
    assert "roster-add" not in page(reader)
    submit(reader, "availability", available="no", reader="dr-salem")
    assert "Set available" in page(reader)
    submit(reader, "availability", 403, available="no", reader="dr-huda")
    submit(reader, "exceptions", 403, **LEAVE)


@pytest.mark.parametrize("person", ["facility", "auditor"])
def test_others_do_not_see_it(site, person):
    page(site.as_(person), 403)


def test_handing_over_tells_what_became_of_each_study(site):
    site.change(site.study(), state="assigned", reader="dr-salem")
    site.change(site.study(study_description="CT stroke"), state="assigned", reader="dr-salem")
    form = {"from": "dr-salem", "to": "dr-huda", "reason": "end of the shift"}
    text = submit(site.as_("coordinator"), "hand-over", 200, **form).get_data(as_text=True)
    assert re.search(r"now with <bdi[^>]*>Dr Huda Omar", text)
    assert re.search(r"stays with <bdi[^>]*>Dr Salem Ahmed", text)
    assert re.search(r"Reads .*needs .*\.", text)


def test_quality_sees_how_often_and_why_cases_are_passed_on(site):
    item = site.change(site.study(), state="assigned", reader="dr-salem")
    reader = site.as_("radiologist")
    refused = reader.post("/next", data={"from": item.id, "ground": "other", "reason": " "}, headers=HTML)
    assert refused.status_code == 422
    left = reader.post("/next", data={"from": item.id, "ground": "called-away", "reason": "theatre"}, headers=HTML)
    assert left.status_code == 303
    with site.room.store.reading() as c:
        assert items.get(c, item.id).state == "unassigned"
    text = page(site.as_("quality"))
    assert re.search(r"Called away <[^>]*>1<", text)
    assert "roster-add" not in text
    assert "Cases passed on" not in page(reader)
    (row,) = site.as_("quality").get("/api/readers/passed-on?days=1").json["items"]
    assert (row["reader"], row["passed_on"], row["reasons"]) == ("dr-salem", 1, [{"ground": "called-away", "times": 1}])


def test_a_file_is_imported_or_all_its_mistakes_are_told(site):
    olga = site.as_("coordinator")
    table = b"reader,kind,start,end\ndr-huda,on-call,2026-11-28 20:00,2026-11-29 06:00\n"
    taken = submit(olga, "import", 200, file=carried(table)).get_data(as_text=True)
    assert "1 entry is new." in taken
    assert "On call" in page(olga)
    refused = submit(olga, "import", 422, file=carried(table + b"dr-hudda,leaf,x,y\n")).get_data(as_text=True)
    assert len(re.findall(r"line <[^>]*>3<", refused)) == 4
    assert refused.count("dr-hudda,leaf,x,y") == 4
    submit(olga, "import", 422, file=carried(b"\xff"))
    submit(olga, "import", 422)


def test_times_are_shown_by_the_readers_clock_and_by_the_viewers(site):
    text = page(site.as_("coordinator"), Cookie="teleradiology-zone=Asia/Tokyo")
    assert "00:00–23:59" in text


def test_a_licence_that_has_ended_is_told_so_and_not_in_days(site, monkeypatch):
    text = site.room.rules.current.text.replace("2099-12-31", "2026-11-20", 1)
    rules = load(text)
    monkeypatch.setattr(type(site.room.rules), "current", property(lambda _: rules))
    shown = page(site.as_("coordinator"))
    assert "2026-11-20" in shown and re.search(r"</svg>ended</span>", shown) and "-3" not in re.sub("<[^>]+>", " ", shown)


def test_days_have_months_by_name_so_that_none_is_read_the_wrong_way_round(site):
    assert "23 Nov" in page(site.as_("coordinator"))
    assert "23 نوفمبر" in page(site.as_("coordinator"), Cookie="teleradiology_language=ar")


MORE_READERS = """
  dr-amal:
    name: Dr Amal
    subspecialties: [chest]
    licences: [{jurisdiction: LY, until: 2099-12-31}]
    on_call: [{days: [sun, mon, tue, wed, thu, fri, sat], from: '00:00', to: '24:00', timezone: UTC}]
  dr-ali: {name: Dr Ali, subspecialties: [msk], active: false}
rules:
  - {name: chest, when: {body_part: CHEST}, then: {subspecialty: chest}}
  - {name: spine, when: {body_part: SPINE}, then: {subspecialty: msk}}"""


def test_coverage_begins_with_the_worst_and_ends_with_what_is_covered(site, monkeypatch):
    text = site.room.rules.current.text.replace("\nrules:", MORE_READERS).replace("[neuro, general]", "[neuro]")
    rules = load(text.replace("from: '00:00', to: '23:59'", "from: '00:00', to: '24:00'"))
    monkeypatch.setattr(type(site.room.rules), "current", property(lambda _: rules))
    olga = site.as_("coordinator")
    submit(olga, "exceptions", **{**LEAVE, "reader": "dr-huda"})
    heads = re.findall(r'<div class="coverage-head"><strong>([^<]+)</strong>.*?<span class="tag (\w+)', page(olga), re.DOTALL)
    assert [sign for _, sign in heads] == ["over", "over", "soon", "good"]
    assert [name for name, _ in heads] == ["Musculoskeletal", "General", "Chest", "Neuro"]
