from __future__ import annotations

import dataclasses
import itertools
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy.exc import IntegrityError

from support.builders import clinic_user
from support.reporting_room import PASSWORD, WHOLE, Desk, of_role
from teleradiology.core.errors import InvalidInput, InvalidTransition, NotAllowed, Refusal, StaleVersion
from teleradiology.core.identity import Role
from teleradiology.core.reports import SignedReport, content_hash, uid
from teleradiology.documents.pdf import RenderingFailed
from teleradiology.store import reports
from teleradiology.workflow import reading, reporting, signing


def versions(desk: Desk):
    return reporting.versions(desk.room, desk.me, desk.item.id)


def nothing_happened(desk: Desk) -> bool:
    return versions(desk) == [] and desk.outbox() == [] and "signed" not in desk.events()


def test_a_final_report_completes_the_item_in_one_transaction(desk: Desk) -> None:
    signed = desk.finish("final")
    item = desk.now()
    assert (item.state, item.claimed_by, item.lease_until) == ("completed", "", None)
    assert item.final_at == item.closed_at == signed.signed_at
    assert desk.events() == ["claimed", "drafted", "re-authenticated", "signed", "completed"]
    assert [(one.courier, one.destination, one.state) for one in desk.outbox()] == [
        ("pacs", "sr", "waiting"),
        ("pacs", "pdf", "waiting"),
    ]
    assert len({one.key for one in desk.outbox()}) == 2
    assert all(one.key.startswith(f"{signed.id}:1:pacs:") for one in desk.outbox())


def test_the_signed_version_says_everything_that_is_printed(desk: Desk) -> None:
    desk.with_rules("name: Dr Salem Ahmed", "name: Dr Salem Ahmed\n    title: FRCR\n    registration: LY-7")
    signed = desk.finish("final")
    report = SignedReport.from_json(signed.content)
    assert report.sections["findings"] == WHOLE["findings"]
    assert (report.author.name, report.author.title, report.author.registration) == ("Dr Salem Ahmed", "FRCR", "LY-7")
    assert report.study.patient_names == ("Ali^Mohammed", "محمد^علي")
    assert (report.sender.id, report.sender.timezone, report.sender.languages) == (
        "zliten-clinic",
        "Africa/Tripoli",
        ("ar", "en"),
    )
    assert signed.content_hash == content_hash(report)
    assert signed.sr_sop_instance_uid == uid(signed.id, 1, "sr")
    assert (signed.version, signed.status, signed.predecessor, signed.author) == (1, "final", None, "dr-salem")


def test_what_was_signed_stays_as_it_was_when_the_world_changes(desk: Desk) -> None:
    signed = desk.finish("final")
    desk.change(patient_name="Other^Name", patient_id="P-2")
    desk.with_rules("name: Zliten Clinic", "name: Renamed Clinic")
    assert reporting.get(desk.room, desk.me, signed.id) == signed


def test_a_licence_that_ended_while_the_study_was_read_signs_nothing_and_loses_nothing(desk: Desk) -> None:
    desk.claim()
    desk.write()
    desk.with_rules("until: 2030-12-31", "until: 2020-12-31")
    with pytest.raises(NotAllowed, match=r"licence for LY ended 2020-12-31\. The draft is kept; release the study") as refused:
        desk.sign("final")
    assert refused.value.allowed == ("release", "view")
    assert nothing_happened(desk)
    assert reporting.draft(desk.room, desk.me, desk.item.id).sections["findings"] == WHOLE["findings"]


def test_who_was_given_the_study_in_spite_of_the_licence_may_sign_it(desk: Desk) -> None:
    desk.with_rules("until: 2030-12-31", "until: 2020-12-31")
    coordinator = of_role(Role.COORDINATOR)
    reading.assign(desk.room, coordinator, desk.item.id, "dr-salem", reason="Prolonged by telephone.", force=True)
    assert desk.finish("final").status == "final"


def test_that_is_for_one_reader_and_not_for_another_who_adds_to_the_report(desk: Desk) -> None:
    desk.with_rules("until: 2030-12-31", "until: 2020-12-31")
    coordinator = of_role(Role.COORDINATOR)
    reading.assign(desk.room, coordinator, desk.item.id, "dr-salem", reason="Prolonged by telephone.", force=True)
    desk.finish("final")
    desk.with_rules("{jurisdiction: MT}, {jurisdiction: LY}", "{jurisdiction: LY, until: 2020-12-31}")
    other = desk.radiologist("dr-borg")
    with pytest.raises(NotAllowed, match="licence for LY ended 2020-12-31"):
        reporting.addendum(desk.room, other, desk.item.id, {"findings": "A nodule."}, PASSWORD)


def test_a_preliminary_report_keeps_the_claim_and_the_draft(desk: Desk) -> None:
    signed = desk.finish("preliminary")
    item = desk.now()
    assert (item.state, item.claimed_by, item.preliminary_at) == ("reading", "dr-salem", signed.signed_at)
    assert "preliminary" in item.flags and item.final_at is None
    assert reporting.draft(desk.room, desk.me, item.id).version == 1


def test_the_final_report_follows_the_preliminary_one(desk: Desk) -> None:
    first = desk.finish("preliminary")
    desk.write(findings="Confirmed.")
    second = desk.sign("final")
    assert (second.version, second.predecessor) == (2, first.id)
    assert "preliminary" not in desk.now().flags
    assert SignedReport.from_json(second.content).earlier[0].sections["findings"] == WHOLE["findings"]
    assert len(desk.outbox()) == 4


def test_a_draft_that_was_signed_as_final_is_gone_and_others_drafts_stay(desk: Desk) -> None:
    borg = desk.radiologist("dr-borg")
    desk.write(borg, findings="second opinion")
    desk.finish("final")
    assert reporting.draft(desk.room, desk.me, desk.item.id).version == 0
    assert reporting.draft(desk.room, borg, desk.item.id).version == 1


# Who may sign


def test_without_the_claim_nothing_is_signed(desk: Desk) -> None:
    desk.write()
    with pytest.raises(InvalidTransition, match="unassigned: claim it first; allowed: claim") as refused:
        desk.sign()
    assert "claim" in refused.value.allowed
    assert nothing_happened(desk)


def test_who_does_not_hold_the_claim_is_told_who_does(desk: Desk) -> None:
    desk.claim()
    borg = desk.radiologist("dr-borg")
    desk.write(borg)
    with pytest.raises(InvalidTransition, match="reading by Dr Salem Ahmed since"):
        desk.sign(actor=borg)
    assert nothing_happened(desk)


def test_a_claim_that_lapsed_signs_nothing_and_the_draft_stays(desk: Desk) -> None:
    desk.claim()
    desk.write()
    desk.room.clock.pass_(desk.room.settings.lease_seconds + 1)
    reading.release_lapsed(desk.room)
    with pytest.raises(InvalidTransition):
        desk.sign()
    assert reporting.draft(desk.room, desk.me, desk.item.id).version == 1


def test_a_wrong_password_signs_nothing_and_is_on_the_audit_trail(desk: Desk) -> None:
    desk.claim()
    desk.write()
    with pytest.raises(NotAllowed, match="password"):
        reporting.sign(desk.room, desk.me, desk.item.id, "final", "wrong")
    assert nothing_happened(desk)
    assert desk.now().state == "reading"


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.COORDINATOR, Role.QUALITY, Role.AUDITOR, Role.INTEGRATOR])
def test_no_other_role_signs_not_even_the_administrator(desk: Desk, role: Role) -> None:
    with pytest.raises(NotAllowed, match="'sign'"):
        desk.sign(actor=of_role(role))
    with pytest.raises(NotAllowed):
        reporting.addendum(desk.room, of_role(role), desk.item.id, WHOLE, PASSWORD)


def test_who_may_not_finalize_signs_preliminary_reports(desk: Desk) -> None:
    desk.with_rules("name: Dr Salem Ahmed", "name: Dr Salem Ahmed\n    may_finalize: false")
    desk.claim()
    desk.write()
    with pytest.raises(NotAllowed, match="Dr Salem Ahmed sign preliminary reports only"):
        desk.sign("final")
    assert desk.sign("preliminary").status == "preliminary"


def test_a_consultant_signs_off_a_residents_preliminary_report(desk: Desk) -> None:
    desk.finish("preliminary")
    reading.release(desk.room, desk.me, desk.item.id)
    borg = desk.radiologist("dr-borg")
    desk.claim(borg)
    reporting.take_over(desk.room, borg, desk.item.id, "dr-salem")
    signed = desk.sign("final", borg)
    assert (signed.version, signed.author) == (2, "dr-borg")


# What may be signed


@pytest.mark.parametrize("texts", [{"technique": "CT."}, {"findings": "  \n "}, {"recommendation": "MRI."}])
def test_a_report_that_says_nothing_is_refused(desk: Desk, texts: dict[str, str]) -> None:
    desk.claim()
    desk.write(**texts)
    with pytest.raises(InvalidInput) as refused:
        desk.sign()
    assert [problem.path for problem in refused.value.problems] == ["sections.findings", "sections.impression"]
    assert nothing_happened(desk)


def test_all_unfilled_fields_are_named_at_once(desk: Desk) -> None:
    desk.claim()
    desk.write(findings="Nodule of [size in mm] in the [right | left] lobe.", impression="[normal | abnormal]")
    with pytest.raises(InvalidInput) as refused:
        desk.sign("preliminary")
    assert [(problem.path, problem.message) for problem in refused.value.problems] == [
        ("sections.findings", "unfilled field [size in mm]"),
        ("sections.findings", "unfilled field [right | left]"),
        ("sections.impression", "unfilled field [normal | abnormal]"),
    ]
    assert nothing_happened(desk)


def test_without_a_saved_draft_there_is_nothing_to_sign(desk: Desk) -> None:
    desk.claim()
    with pytest.raises(InvalidInput, match="no draft"):
        desk.sign()


def test_only_what_was_read_is_signed(desk: Desk) -> None:
    desk.claim()
    desk.write(findings="one window")
    desk.write(findings="the other window")
    with pytest.raises(StaleVersion, match="version 2 now, not 1"):
        desk.sign(version=1)
    assert nothing_happened(desk)
    assert desk.sign(version=2).content["sections"]["findings"] == "the other window"


@pytest.mark.parametrize("status", ["addendum", "corrected", "draft", ""])
def test_a_draft_is_signed_as_preliminary_or_final(desk: Desk, status: str) -> None:
    with pytest.raises(InvalidInput, match="preliminary or final"):
        desk.sign(status)


# Once


def test_pressing_sign_twice_makes_one_final_report(desk: Desk) -> None:
    desk.finish("final")
    with pytest.raises(InvalidTransition):
        desk.sign("final")
    assert len(versions(desk)) == 1


def test_pressing_sign_twice_makes_one_preliminary_report(desk: Desk) -> None:
    desk.finish("preliminary")
    with pytest.raises(InvalidTransition, match="nothing has changed since version 1"):
        desk.sign("preliminary")
    assert len(versions(desk)) == 1


def test_two_who_sign_at_once_make_one_final_report(desk: Desk) -> None:
    desk.claim()
    desk.write()
    start = threading.Barrier(8)

    def press() -> str:
        start.wait(20)
        try:
            return desk.sign("final").id
        except Refusal as refusal:
            return refusal.code

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: press(), range(8)))
    assert answers.count("invalid-transition") == 7
    assert len(versions(desk)) == 1 and len(desk.outbox()) == 2


# After the final report


def test_an_addendum_to_a_completed_report_needs_no_claim(desk: Desk) -> None:
    first = desk.finish("final")
    signed = reporting.addendum(desk.room, desk.me, desk.item.id, {"findings": "In addition."}, PASSWORD)
    assert (signed.version, signed.status, signed.predecessor) == (2, "addendum", first.id)
    assert desk.now().state == "completed"
    assert desk.now().final_at == first.signed_at
    assert desk.events().count("completed") == 1
    assert [one.destination for one in desk.outbox()] == ["sr", "pdf", "sr", "pdf"]


def test_an_addendum_answers_the_task_that_late_images_made(desk: Desk) -> None:
    desk.finish("final")
    desk.change(state="unassigned", flags=["study-grew", "addendum-task", "overdue"])
    with pytest.raises(InvalidTransition, match="claim it first"):
        reporting.addendum(desk.room, desk.me, desk.item.id, {"findings": "Late images seen."}, PASSWORD)
    desk.claim()
    reporting.addendum(desk.room, desk.me, desk.item.id, {"findings": "Late images seen."}, PASSWORD)
    assert (desk.now().state, desk.now().flags) == ("completed", ("overdue",))


def test_a_reopened_report_cannot_be_signed_as_final_again(desk: Desk) -> None:
    desk.finish("final")
    desk.change(state="unassigned")
    desk.claim()
    desk.write()
    with pytest.raises(InvalidTransition, match="allowed: addendum, corrected"):
        desk.sign("final")


def test_an_addendum_needs_a_final_report(desk: Desk) -> None:
    desk.claim()
    with pytest.raises(InvalidTransition, match="cannot sign an addendum as the first version; allowed: preliminary, final"):
        reporting.addendum(desk.room, desk.me, desk.item.id, {"findings": "x"}, PASSWORD)


def test_an_empty_addendum_is_refused(desk: Desk) -> None:
    desk.finish("final")
    with pytest.raises(InvalidInput):
        reporting.addendum(desk.room, desk.me, desk.item.id, {"findings": " "}, PASSWORD)


def test_an_addendum_may_be_written_as_a_draft_first(desk: Desk) -> None:
    desk.finish("final")
    desk.write(findings="From the draft.")
    signed = reporting.addendum(desk.room, desk.me, desk.item.id, None, PASSWORD)
    assert signed.content["sections"]["findings"] == "From the draft."


def test_an_addendum_given_by_itself_leaves_a_draft_with_another_text(desk: Desk) -> None:
    desk.finish("final")
    desk.write(findings="Something that I am still writing.")
    reporting.addendum(desk.room, desk.me, desk.item.id, {"findings": "In addition."}, PASSWORD)
    assert reporting.draft(desk.room, desk.me, desk.item.id).sections["findings"] == "Something that I am still writing."


def test_a_correction_needs_a_reason_and_keeps_it(desk: Desk) -> None:
    desk.finish("final")
    with pytest.raises(InvalidInput) as refused:
        reporting.correct(desk.room, desk.me, desk.item.id, WHOLE, PASSWORD, " ")
    assert [problem.path for problem in refused.value.problems] == ["reason"]
    signed = reporting.correct(desk.room, desk.me, desk.item.id, {"findings": "Left."}, PASSWORD, "wrong\nside")
    assert (signed.status, signed.content["reason"]) == ("corrected", "wrong side")


def test_a_clinic_user_reads_its_own_versions_and_no_others(desk: Desk) -> None:
    signed = desk.finish("final")
    assert reporting.versions(desk.room, clinic_user("zliten-clinic"), desk.item.id) == [signed]
    with pytest.raises(Refusal) as refused:
        reporting.versions(desk.room, clinic_user("gozo-hospital"), desk.item.id)
    assert refused.value.code == "not-found"


# All or nothing


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize(
    ("module", "name", "call"),
    [
        ("reports", "add", 1),
        ("items", "change", 1),
        ("reports", "discard_drafts", 1),
        ("audit", "append", 1),
        ("audit", "append", 3),
        ("outbox", "put", 1),
        ("outbox", "put", 2),
    ],
)
def test_a_crash_while_signing_leaves_nothing_half_done(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, module: str, name: str, call: int
) -> None:
    desk.claim()
    desk.write()
    before = desk.events()
    real, calls = getattr(getattr(signing, module), name), itertools.count(1)

    def killed(*args: object, **kwargs: object) -> object:
        done = real(*args, **kwargs)
        if next(calls) == call:
            raise Killed
        return done

    with monkeypatch.context() as patched:
        patched.setattr(getattr(signing, module), name, killed)
        with pytest.raises(Killed):
            desk.sign("final")
    assert nothing_happened(desk) and desk.events() == before
    assert desk.now().state == "reading"
    assert desk.sign("final").version == 1  # the retry of the client


def test_what_cannot_be_printed_is_not_signed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.claim()
    desk.write()

    def fails(*args: object, **kwargs: object) -> str:
        raise RenderingFailed("UndefinedError in report.html.j2, line 3")

    monkeypatch.setattr(desk.room.renderer, "html", fails)
    with pytest.raises(RenderingFailed):
        desk.sign("final")
    assert nothing_happened(desk)
    assert reporting.draft(desk.room, desk.me, desk.item.id).version == 1


def test_the_database_keeps_one_report_of_a_number(desk: Desk) -> None:
    signed = desk.finish("final")
    with pytest.raises(IntegrityError), desk.room.store.writing() as c:
        reports.add(c, dataclasses.replace(signed, id="01KBBBBBBBBBBBBBBBBBBBBBBB"))


def test_signing_wakes_the_delivery(desk: Desk) -> None:
    woken: list[bool] = []
    object.__setattr__(desk.room, "wake", lambda: woken.append(True))
    desk.finish("final")
    assert woken == [True]
