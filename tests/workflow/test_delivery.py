from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from support.reporting_room import PASSWORD, Desk, of_role
from support.sample_reports import read
from teleradiology.core.errors import InvalidTransition, NotAllowed, NotFound, Unavailable
from teleradiology.core.identity import Role
from teleradiology.couriers import Parcel, Rejected
from teleradiology.store import audit, items, outbox
from teleradiology.store.item import Item
from teleradiology.workflow import delivery, reporting


def stored(desk: Desk) -> list[str]:
    """The modalities of our objects in the PACS."""
    return sorted(series.modality for series in desk.room.pacs.study(desk.item.orthanc_id).series if series.modality != "CT")


def states(desk: Desk) -> list[str]:
    return [one.state for one in desk.outbox()]


def pass_time(desk: Desk, seconds: float = 0) -> int:
    desk.room.clock.pass_(seconds)
    return delivery.deliver_due(desk.room)


def test_sr_and_pdf_are_stored_beside_the_images(desk: Desk) -> None:
    signed = desk.finish("final")
    assert pass_time(desk) == 2
    assert states(desk) == ["delivered", "delivered"]
    assert stored(desk) == ["DOC", "SR"]
    for found in (signed.sr_sop_instance_uid, signed.pdf_sop_instance_uid):
        assert desk.room.pacs.find_instance(found) is not None
    assert desk.events()[-2:] == ["stored", "stored"]


def test_what_is_in_the_pacs_is_byte_for_byte_what_was_signed(desk: Desk) -> None:
    signed = desk.finish("final")
    pass_time(desk)
    instance = desk.room.pacs.find_instance(signed.pdf_sop_instance_uid)
    ds = read(desk.room.pacs.instance_file(instance))
    pdf = reporting.rendition(desk.room, desk.me, signed.id, "pdf").body
    assert ds.EncapsulatedDocument[: ds.EncapsulatedDocumentLength] == pdf


def test_nothing_due_is_nothing_done(desk: Desk) -> None:
    desk.finish("final")
    pass_time(desk)
    calls = len(desk.room.pacs.calls)
    assert pass_time(desk, 3600) == 0
    assert len(desk.room.pacs.calls) == calls


# Killed in between


class Killed(BaseException):
    """The process ends here."""


def test_killed_after_storing_and_before_marking_stores_nothing_twice(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.finish("final")

    def killed(*args: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(outbox, "mark_delivered", killed)
        with pytest.raises(Killed):
            pass_time(desk)
    assert stored(desk) == ["SR"] and states(desk) == ["waiting", "waiting"]
    pass_time(desk)
    pass_time(desk)
    study = desk.room.pacs.study(desk.item.orthanc_id)
    assert {series.modality: len(series.instances) for series in study.series} == {"CT": 2, "SR": 1, "DOC": 1}
    assert states(desk) == ["delivered", "delivered"]


def test_killed_before_storing_loses_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.finish("final")

    def killed(*args: object) -> str:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(desk.room.pacs, "store_instance", killed)
        with pytest.raises(Killed):
            pass_time(desk)
    assert stored(desk) == []
    pass_time(desk)
    assert stored(desk) == ["DOC", "SR"]


def test_a_hundred_interrupted_deliveries_leave_one_object_of_each_kind(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.finish("final")
    real = desk.room.pacs.store_instance

    def stored_but_not_answered(dicom: bytes) -> str:
        real(dicom)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(desk.room.pacs, "store_instance", stored_but_not_answered)
        for _ in range(10):
            with pytest.raises(Killed):
                pass_time(desk)
    pass_time(desk)
    study = desk.room.pacs.study(desk.item.orthanc_id)
    assert {series.modality: len(series.instances) for series in study.series} == {"CT": 2, "SR": 1, "DOC": 1}


# A receiver that fails


def test_a_pacs_that_does_not_answer_is_tried_again_ever_more_seldom(desk: Desk) -> None:
    desk.finish("final")
    desk.room.pacs.failing.add("store_instance")
    waits = []
    for _ in range(4):
        pass_time(desk)
        [first, _] = desk.outbox()
        assert first.state == "waiting" and first.last_error == "Unavailable: Orthanc does not answer."
        waits.append((first.due_at - desk.room.now()).total_seconds())
        assert pass_time(desk, waits[-1] - 0.1) == 0  # not before its time
        desk.room.clock.pass_(0.2)
    for number, wait in enumerate(waits):
        assert 5 * 2**number <= wait <= 7.5 * 2**number
    desk.room.pacs.failing.clear()
    assert pass_time(desk, 3600) == 2
    assert stored(desk) == ["DOC", "SR"]


def test_what_cannot_be_delivered_is_given_up_visibly_and_retried_by_a_person(desk: Desk) -> None:
    desk.finish("final")
    desk.room.pacs.failing.add("store_instance")
    for _ in range(delivery.MOST_ATTEMPTS):
        pass_time(desk, 3 * 3600)
    assert states(desk) == ["failed", "failed"]
    assert desk.now().attention == "undelivered: pacs"
    assert desk.events().count("delivery-failed") == 2
    assert pass_time(desk, 24 * 3600) == 0

    desk.room.pacs.failing.clear()
    coordinator = of_role(Role.COORDINATOR)
    given_up = delivery.given_up(desk.room, coordinator)
    assert len(given_up) == 2
    assert delivery.retry(desk.room, coordinator, given_up[0].id).state == "waiting"
    pass_time(desk)
    assert desk.now().attention == "undelivered: pacs"  # one is still missing
    delivery.retry(desk.room, coordinator, given_up[1].id)
    pass_time(desk)
    assert (states(desk), desk.now().attention) == (["delivered", "delivered"], "")
    assert stored(desk) == ["DOC", "SR"]


def test_only_who_runs_the_list_retries(desk: Desk) -> None:
    desk.finish("final")
    with pytest.raises(NotAllowed):
        delivery.retry(desk.room, desk.me, desk.outbox()[0].id)
    with pytest.raises(NotFound):
        delivery.retry(desk.room, of_role(Role.COORDINATOR), "01KAAAAAAAAAAAAAAAAAAAAAAA")
    pass_time(desk)
    with pytest.raises(InvalidTransition, match="delivered"):
        delivery.retry(desk.room, of_role(Role.COORDINATOR), desk.outbox()[0].id)


def test_a_renderer_that_fails_holds_the_pdf_back_and_not_the_sr(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.finish("final")

    def fails(html: str) -> bytes:
        raise Unavailable("no worker")

    with monkeypatch.context() as patched:
        patched.setattr(desk.room.renderer, "pdf", fails)
        assert pass_time(desk) == 1
    assert stored(desk) == ["SR"]
    assert pass_time(desk, 60) == 1
    assert stored(desk) == ["DOC", "SR"]


def test_an_error_tells_its_kind_and_nothing_of_the_patient(desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog) -> None:
    desk.finish("final")

    def fails(dicom: bytes) -> str:
        raise ValueError("Ali^Mohammed is not a name")

    monkeypatch.setattr(desk.room.pacs, "store_instance", fails)
    for _ in range(delivery.MOST_ATTEMPTS):
        pass_time(desk, 3 * 3600)
    assert {one.last_error for one in desk.outbox()} == {"ValueError"}
    with desk.room.store.reading() as c:
        told = str([record.detail for record in audit.of_item(c, desk.item.id)])
    assert "Ali" not in told + caplog.text


# Order and independence


@dataclass
class Clinic:
    """A courier to clinics, some of which do not answer."""

    name: str = "clinic"
    dead: set[str] = field(default_factory=set)
    rejecting: set[str] = field(default_factory=set)
    got: list[tuple[str, str]] = field(default_factory=list)

    def form(self, destination: str) -> str:
        return "hl7"

    def deliver(self, parcel: Parcel) -> str:
        if parcel.destination in self.rejecting:
            raise Rejected("AR: unknown patient")
        if parcel.destination in self.dead:
            raise TimeoutError
        self.got.append((parcel.destination, parcel.key))
        return "AA"


@pytest.fixture
def clinic(monkeypatch: pytest.MonkeyPatch) -> Clinic:
    courier = Clinic()
    monkeypatch.setattr(delivery, "COURIERS", {**delivery.COURIERS, "clinic": lambda room: courier})
    return courier


def send(desk: Desk, signed, destination: str) -> None:
    with desk.room.store.writing() as c:
        outbox.put(
            c,
            desk.room.now(),
            key=f"{signed.id}:{signed.version}:{destination}",
            courier="clinic",
            destination=destination,
            item=desk.item.id,
            report=signed.id,
        )


def test_a_preliminary_report_never_arrives_after_its_final_one(desk: Desk, clinic: Clinic) -> None:
    clinic.dead.add("A")
    first = desk.finish("preliminary")
    send(desk, first, "A")
    pass_time(desk)
    desk.write(findings="Final.")
    second = desk.sign("final")
    send(desk, second, "A")
    for _ in range(3):
        pass_time(desk, 0.1)
    clinic.dead.clear()
    for _ in range(3):
        pass_time(desk, 3600)
    assert clinic.got == [("A", f"{first.id}:1:A"), ("A", f"{second.id}:2:A")]


def test_a_dead_receiver_keeps_nothing_from_the_others(desk: Desk, clinic: Clinic) -> None:
    clinic.dead.add("A")
    signed = desk.finish("final")
    for destination in ("A", "B"):
        send(desk, signed, destination)
    pass_time(desk)
    assert clinic.got == [("B", f"{signed.id}:1:B")]
    assert stored(desk) == ["DOC", "SR"]


def test_what_is_given_up_lets_the_next_version_go(desk: Desk, clinic: Clinic) -> None:
    clinic.rejecting.add("A")
    first = desk.finish("preliminary")
    send(desk, first, "A")
    pass_time(desk)
    assert desk.now().attention == "undelivered: clinic"
    clinic.rejecting.clear()
    desk.write(findings="Final.")
    second = desk.sign("final")
    send(desk, second, "A")
    pass_time(desk)
    assert clinic.got == [("A", f"{second.id}:2:A")]


def test_a_rejection_is_not_repeated(desk: Desk, clinic: Clinic) -> None:
    clinic.rejecting.add("A")
    signed = desk.finish("final")
    send(desk, signed, "A")
    pass_time(desk)
    failed = next(one for one in desk.outbox() if one.courier == "clinic")
    assert (failed.state, failed.attempts, failed.last_error) == ("failed", 1, "Rejected: AR: unknown patient")


def test_every_attempt_has_the_same_key(desk: Desk, clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    keys: list[str] = []
    signed = desk.finish("final")
    send(desk, signed, "A")
    clinic.dead.add("A")
    real = clinic.deliver
    monkeypatch.setattr(clinic, "deliver", lambda parcel: keys.append(parcel.key) or real(parcel), raising=False)
    for _ in range(3):
        pass_time(desk, 3600)
    assert len(keys) == 3 and len(set(keys)) == 1


def test_a_blocked_lane_does_not_crowd_out_the_others(desk: Desk, clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "AT_ONCE", 3)
    clinic.dead.add("A")
    signed = desk.finish("final")
    for number in range(5):
        with desk.room.store.writing() as c:
            outbox.put(
                c,
                desk.room.now(),
                key=f"old:{number}",
                courier="clinic",
                destination="A",
                item=desk.item.id,
                report=signed.id,
            )
    send(desk, signed, "B")
    for _ in range(4):
        pass_time(desk, 0.1)
    assert ("B", f"{signed.id}:1:B") in clinic.got


@pytest.mark.parametrize("attempts", range(1, 13))
def test_the_wait_grows_is_jittered_and_bounded(attempts: int) -> None:
    waits = {delivery.wait_after(attempts) for _ in range(20)}
    low = min(delivery.FIRST_WAIT * 2 ** (attempts - 1), delivery.LONGEST_WAIT)
    assert len(waits) > 1 and all(low <= wait <= low * 1.5 for wait in waits)
    assert max(waits) <= timedelta(hours=3)


def test_an_addendum_goes_the_same_way(desk: Desk) -> None:
    desk.finish("final")
    pass_time(desk)
    signed = reporting.addendum(desk.room, desk.me, desk.item.id, {"findings": "More."}, PASSWORD)
    assert pass_time(desk) == 2
    study = desk.room.pacs.study(desk.item.orthanc_id)
    assert {series.modality: len(series.instances) for series in study.series} == {"CT": 2, "SR": 2, "DOC": 2}
    sr = read(desk.room.pacs.instance_file(desk.room.pacs.find_instance(signed.sr_sop_instance_uid)))
    assert len(sr.PredecessorDocumentsSequence) == 1


def test_each_courier_has_a_queue_of_its_own(desk: Desk) -> None:
    desk.finish("final")
    assert delivery.deliver(desk.room, "webhook") == delivery.deliver(desk.room, "email") is None
    assert states(desk) == ["waiting", "waiting"]
    assert delivery.deliver(desk.room, "pacs") is None
    assert states(desk) == ["delivered", "delivered"]


def test_when_the_final_report_is_where_it_belongs_the_item_says_so(desk: Desk) -> None:
    desk.finish("final")
    version = _item(desk).version
    assert _item(desk).delivered_at is None
    pass_time(desk, 5)
    assert (_item(desk).delivered_at, _item(desk).version) == (desk.room.now(), version)


def _item(desk: Desk) -> Item:
    with desk.room.store.reading() as c:
        found = items.get(c, desk.item.id)
    assert found is not None
    return found
