from __future__ import annotations

import pytest

from support.builders import clinic_user
from support.reporting_room import WHOLE, Desk, of_role
from teleradiology.core.errors import InvalidInput, NotAllowed, NotFound, StaleVersion, TooLarge
from teleradiology.core.identity import Role
from teleradiology.workflow import reading, reporting


def draft(desk: Desk, actor=None):
    return reporting.draft(desk.room, actor or desk.me, desk.item.id)


def test_a_new_draft_begins_with_the_template_that_fits_and_what_is_known(desk: Desk) -> None:
    desk.change(body_part="HEAD")
    begun = draft(desk)
    assert (begun.version, begun.template, begun.language) == (0, "ct-head", "ar")
    assert begun.sections["findings"].startswith("نسيج الدماغ")
    assert begun.sections["indication"] == "headache"


def test_the_template_that_the_rules_chose_is_used(desk: Desk) -> None:
    desk.change(template="cxr-tb")
    assert draft(desk).template == "cxr-tb"


def test_a_reader_who_does_not_write_the_facilitys_first_language_gets_the_next_one(desk: Desk) -> None:
    desk.with_rules("name: Dr Salem Ahmed", "name: Dr Salem Ahmed\n    languages: [en]")
    assert draft(desk).language == "en"


def test_the_latest_earlier_study_stands_under_comparison(desk: Desk) -> None:
    desk.study_arrives(columns={"study_at": "2025-05-05T10:00:00", "description": "CT HEAD"})
    desk.study_arrives(columns={"study_at": "2024-05-05T10:00:00", "description": "CT CHEST"})
    assert draft(desk).sections["comparison"] == "CT HEAD, 2025-05-05."


def test_looking_at_a_new_draft_saves_nothing(desk: Desk) -> None:
    draft(desk)
    assert draft(desk).version == 0
    assert desk.events() == []


def test_saving_gives_it_a_version_and_the_first_time_is_on_the_audit_trail(desk: Desk) -> None:
    assert desk.write(findings="a").version == 1
    assert desk.write(findings="b").version == 2
    assert desk.write(findings="b").version == 2  # nothing new to save
    assert draft(desk).sections["findings"] == "b"
    assert desk.events() == ["drafted"]


def test_the_second_window_to_save_is_refused_and_loses_nothing_of_the_first(desk: Desk) -> None:
    desk.write(findings="first")
    save = reporting.save_draft
    save(desk.room, desk.me, desk.item.id, {"findings": "from one window"}, "en", "", 1)
    with pytest.raises(StaleVersion, match="version 2 now, not 1"):
        save(desk.room, desk.me, desk.item.id, {"findings": "from the other"}, "en", "", 1)
    assert draft(desk).sections["findings"] == "from one window"


def test_a_draft_survives_a_lost_claim_and_is_saved_without_one(desk: Desk) -> None:
    desk.claim()
    desk.write(findings="typed")
    desk.room.clock.pass_(desk.room.settings.lease_seconds + 1)
    reading.release_lapsed(desk.room)
    assert desk.now().state == "unassigned"
    assert draft(desk).sections["findings"] == "typed"
    desk.write(findings="typed on")
    assert draft(desk).sections["findings"] == "typed on"


def test_another_reader_sees_the_draft_and_goes_on_with_it(desk: Desk) -> None:
    desk.write(findings="begun by Salem", impression="none yet")
    borg = desk.radiologist("dr-borg")
    assert [one.author for one in reporting.drafts_of_others(desk.room, borg, desk.item.id)] == ["dr-salem"]
    taken = reporting.take_over(desk.room, borg, desk.item.id, "dr-salem")
    assert (taken.author, taken.sections["findings"]) == ("dr-borg", "begun by Salem")
    assert draft(desk).sections["findings"] == "begun by Salem"  # his own is still there
    assert desk.events() == ["drafted", "drafted"]


def test_taking_over_replaces_ones_own_draft_only_when_one_has_seen_it(desk: Desk) -> None:
    desk.write(findings="Salem's")
    borg = desk.radiologist("dr-borg")
    desk.write(borg, findings="Borg's own")
    with pytest.raises(StaleVersion):
        reporting.take_over(desk.room, borg, desk.item.id, "dr-salem", version=0)
    assert reporting.take_over(desk.room, borg, desk.item.id, "dr-salem", version=1).version == 2


def test_there_is_nothing_to_take_over_from_who_has_no_draft(desk: Desk) -> None:
    with pytest.raises(NotFound):
        reporting.take_over(desk.room, desk.me, desk.item.id, "dr-borg")


def test_what_is_pasted_is_cleaned(desk: Desk) -> None:
    assert desk.write(findings="\u202eone\r\ntwo\x00").sections["findings"] == "one\ntwo"


def test_everything_that_is_wrong_with_a_draft_is_said(desk: Desk) -> None:
    with pytest.raises(InvalidInput) as refused:
        reporting.save_draft(desk.room, desk.me, desk.item.id, WHOLE, "tlh", "no-such-template")
    assert [problem.path for problem in refused.value.problems] == ["language", "template"]
    with pytest.raises(InvalidInput, match="sections"):
        desk.write(opinion="x")
    with pytest.raises(TooLarge):
        desk.write(findings="x" * 1_000_000)


def test_only_radiologists_write(desk: Desk) -> None:
    for actor in (of_role(Role.ADMINISTRATOR), of_role(Role.COORDINATOR), clinic_user()):
        with pytest.raises(NotAllowed):
            desk.write(actor)
        with pytest.raises(NotAllowed):
            draft(desk, actor)


def test_a_draft_of_a_study_that_is_not_there_is_refused(desk: Desk) -> None:
    with pytest.raises(NotFound):
        reporting.draft(desk.room, desk.me, "01KAAAAAAAAAAAAAAAAAAAAAAA")


def test_a_draft_after_a_preliminary_report_goes_on_from_it(desk: Desk) -> None:
    desk.finish("preliminary", findings="Preliminary text.")
    borg = desk.radiologist("dr-borg")
    assert draft(desk, borg).sections["findings"] == "Preliminary text."


def test_a_draft_after_a_final_report_begins_empty(desk: Desk) -> None:
    desk.finish("final")
    assert set(draft(desk).sections.values()) == {""}


def test_another_template_can_be_tried_without_saving(desk: Desk) -> None:
    desk.write(findings="mine")
    other = reporting.in_template(desk.room, desk.me, desk.item.id, "us-abdomen", "en")
    assert other.sections["findings"].startswith("Liver:")
    assert draft(desk).sections["findings"] == "mine"


def test_a_changed_template_file_is_used_at_once(desk: Desk, tmp_path) -> None:
    texts = tmp_path / "templates" / "report" / "texts"
    texts.mkdir(parents=True)
    (texts / "general.yaml").write_text("title: {en: G}\nsections: {findings: {en: one}}", encoding="utf-8")
    other = Desk(tmp_path / "other", desk.room.renderer, templates_dir=tmp_path / "templates")
    assert set(reporting.templates(other.room).by_id) == {"general"}
    (texts / "own.yaml").write_text("title: {en: Own}", encoding="utf-8")
    assert set(reporting.templates(other.room).by_id) == {"general", "own"}
