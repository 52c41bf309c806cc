"""Whom a notice reaches: at their own address if they want it, else the role's; and what a facility is told of its studies."""

from __future__ import annotations

import dataclasses
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from support.bench import RULES, Bench
from teleradiology.config.settings import Settings
from teleradiology.core.identity import Actor, Role
from teleradiology.couriers import Parcel, Rejected
from teleradiology.couriers.email import written
from teleradiology.store import accounts, notifications, outbox
from teleradiology.store.item import Item
from teleradiology.store.outbox import Delivery
from teleradiology.workflow import delivery, notices, reading

COORDINATOR = Actor("carla", frozenset({Role.COORDINATOR}))
CLINIC = Actor("clinic", frozenset({Role.FACILITY}), facility="zliten")
STAT = {"StudyDescription": "stroke"}
CLOCKS = """
turnaround:
  - {name: all, ladder: all}
ladders:
  all:
    quiet: {from: '21:00', to: '07:00', timezone: Africa/Tripoli}
    steps:
      - {at: 50%, do: notify-reader, by: [page, email]}
      - {at: 60%, do: notify-coordinator, by: [page, email]}
"""
PLACES = RULES.replace("languages: [ar, en]", "languages: [ar, en]\n    email: desk@zliten.example").replace(
    "name: Dr Amal,", "name: Dr Amal, email: file@example.org,"
)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    made = Bench(tmp_path, PLACES + CLOCKS, mail_server="127.0.0.1", mail_coordinators=("night@example.org",))
    made.live(2)
    return made


def person(bench: Bench, name: str, role: Role, **columns: Any) -> None:
    with bench.room.store.writing() as c:
        account = accounts.Account(name, 1, "", "", frozenset({role}), None, None, "", "", False, bench.clock.now(), 0, None)
        accounts.add(c, dataclasses.replace(account, **columns))


def mails(bench: Bench, item: Item) -> list[tuple[str, str]]:
    """Kind and address of what is in the outbox."""
    return [(each.payload["kind"], each.destination) for each in outgoing(bench, item)]


def outgoing(bench: Bench, item: Item) -> list[Delivery]:
    with bench.room.store.reading() as c:
        return [each for each in outbox.of_item(c, item.id) if each.courier == "email"]


def test_without_accounts_the_configured_addresses_are_used(bench: Bench) -> None:
    item = bench.take_in(("CT", 1), **STAT)
    bench.live(37 * 60, step=60)
    assert mails(bench, item) == [("notify-reader", "file@example.org"), ("notify-coordinator", "night@example.org")]


def test_people_are_told_at_their_own_addresses(bench: Bench) -> None:
    person(bench, "amal", Role.RADIOLOGIST, reader="dr-amal", email="amal@example.org")
    person(bench, "carla", Role.COORDINATOR, email="carla@example.org")
    person(bench, "omar@example.org", Role.COORDINATOR)
    person(bench, "left", Role.COORDINATOR, email="left@example.org", disabled=True)
    item = bench.take_in(("CT", 1), **STAT)
    bench.live(37 * 60, step=60)
    assert sorted(mails(bench, item)) == [
        ("notify-coordinator", "carla@example.org"),
        ("notify-coordinator", "omar@example.org"),
        ("notify-reader", "amal@example.org"),
    ]


@pytest.mark.parametrize(("wish", "stat", "routine"), [("all", True, True), ("urgent", True, False), ("none", False, False)])
def test_people_choose_what_they_get_by_mail(bench: Bench, wish: str, stat: bool, routine: bool) -> None:
    person(bench, "carla", Role.COORDINATOR, email="carla@example.org", mail=wish)
    urgent, other = bench.take_in(("CT", 1), PatientID="P-1", **STAT), bench.take_in(("CR", 1), PatientID="P-2")
    bench.live(26 * 3600, step=600)
    told = ("notify-coordinator", "carla@example.org")
    assert (told in mails(bench, urgent), told in mails(bench, other)) == (stat, routine)
    with bench.room.store.reading() as c:
        on_the_page = [each.item for each in notifications.of(c, ["role:coordinator"])]
    assert {urgent.id, other.id} <= set(on_the_page)


def test_who_wants_no_mail_gets_none_at_the_address_of_the_rules_file_either(bench: Bench) -> None:
    person(bench, "amal", Role.RADIOLOGIST, reader="dr-amal", mail="none")
    item = bench.take_in(("CT", 1), **STAT)
    bench.live(31 * 60, step=60)
    assert mails(bench, item) == []


def test_the_audit_trail_has_no_private_address(bench: Bench) -> None:
    person(bench, "amal", Role.RADIOLOGIST, reader="dr-amal", email="amal@example.org")
    item = bench.take_in(("CT", 1), **STAT)
    bench.live(31 * 60, step=60)
    (told,) = [each for each in bench.records(item) if each.event == "notified"]
    assert "@" not in json.dumps(dict(told.detail))


# What a facility is told


def test_a_study_that_waits_for_images_is_told_to_its_facility_in_its_language(bench: Bench) -> None:
    item = bench.take_in(("CT", 1), PatientName="CANARY^PATIENT", **STAT)
    reading.hold(bench.room, COORDINATOR, item.id, None, "missing-images: CANARY has two more")
    (sent,) = outgoing(bench, item)
    assert (sent.destination, sent.payload["language"]) == ("desk@zliten.example", "ar")
    settings = Settings(data_dir=bench.folder, base_url="https://pacs.example.org")
    mail = written(Parcel(sent.key, sent.destination, "", b"", sent.payload), settings)
    text = mail.get_content()
    assert mail["Subject"] == "لا يمكن قراءة إحدى دراساتكم بعد (stat)"
    assert "تنقصها صور" in text and f"https://pacs.example.org/teleradiology/studies/{item.id}" in text
    assert "CANARY" not in text + str(dict(sent.payload))
    (notice,) = notices.inbox(bench.room, CLINIC).notices
    assert (notice.kind, notice.params["ground"], "CANARY" in str(notice.params)) == ("site-held", "images-incomplete", False)


def test_a_study_that_the_rules_hold_is_told_as_well(bench: Bench) -> None:
    item = bench.take_in(("CT", 1), StudyDescription="compare")
    assert mails(bench, item) == [("site-held", "desk@zliten.example")]


@pytest.mark.parametrize("reason", ["priors-awaited", "specialist-needed", "we have lunch"])
def test_what_the_facility_cannot_help_with_is_not_told(bench: Bench, reason: str) -> None:
    item = bench.take_in(("CT", 1), **STAT)
    reading.hold(bench.room, COORDINATOR, item.id, None, reason)
    assert mails(bench, item) == [] and notices.inbox(bench.room, CLINIC).notices == ()


def test_a_late_report_is_told_to_the_facility_once(bench: Bench) -> None:
    item = bench.take_in(("CT", 1), **STAT)
    bench.live(70 * 60, step=60)
    bench.restart()
    bench.live(600, step=60)
    assert [each for each in mails(bench, item) if each[0] == "site-late"] == [("site-late", "desk@zliten.example")]
    assert [each.kind for each in notices.inbox(bench.room, CLINIC).notices] == ["site-late"]


def test_in_quiet_hours_a_facility_is_not_sent_mail_but_for_the_most_urgent(bench: Bench) -> None:
    now = bench.clock.now()
    bench.clock.pass_(((now.replace(hour=20, minute=0) - now) % timedelta(days=1)).total_seconds())  # ten in the evening there
    other, urgent = bench.take_in(("CR", 1), PatientID="P-1"), bench.take_in(("CT", 1), PatientID="P-2", **STAT)
    for item in (other, urgent):
        reading.hold(bench.room, COORDINATOR, item.id, None, "missing-images")
    (later,), (at_once,) = outgoing(bench, other), outgoing(bench, urgent)
    assert (later.due_at.hour, at_once.due_at) == (5, at_once.created_at)  # seven in the morning there
    assert len(notices.inbox(bench.room, CLINIC).notices) == 2


def test_a_mail_that_waits_for_the_morning_holds_no_urgent_one_back(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    now = bench.clock.now()
    bench.clock.pass_(((now.replace(hour=20, minute=0) - now) % timedelta(days=1)).total_seconds())
    item = bench.take_in(("CR", 1))
    reading.hold(bench.room, COORDINATOR, item.id, None, "missing-images")
    bench.clock.pass_(60)
    reading.resume(bench.room, COORDINATOR, item.id)
    reading.prioritize(bench.room, COORDINATOR, item.id, "stat", reason="the ward called")
    reading.hold(bench.room, COORDINATOR, item.id, None, "missing-information")
    sent: list[str] = []

    class Taking:
        name = "email"

        def form(self, destination: str) -> str:
            return ""

        def deliver(self, parcel: Parcel) -> str:
            sent.append(str(parcel.payload["ground"]))
            return "taken"

    monkeypatch.setattr(delivery, "COURIERS", {"email": lambda room: Taking()})
    delivery.deliver_due(bench.room, "email")
    assert sent == ["clinical-information"]


def test_other_facilities_and_the_house_are_not_told(bench: Bench) -> None:
    bench.take_in(("CT", 1), StudyDescription="compare")
    others = Actor("other", frozenset({Role.FACILITY}), facility="misrata")
    reader = Actor("amal", frozenset({Role.RADIOLOGIST}), facility="zliten", reader="dr-amal")
    assert notices.inbox(bench.room, others).notices == notices.inbox(bench.room, reader).notices == ()


def test_a_facility_without_an_address_has_people(tmp_path: Path) -> None:
    bench = Bench(tmp_path, RULES, mail_server="127.0.0.1")
    person(bench, "clinic", Role.FACILITY, facility="zliten", email="clinic@example.org", language="en")
    item = bench.take_in(("CT", 1), StudyDescription="compare")
    assert mails(bench, item) == [("site-held", "clinic@example.org")]


# What administrators are told


def test_what_is_given_up_is_told_to_administrators_once_until_they_have_read_it(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    person(bench, "adam", Role.ADMINISTRATOR, email="adam@example.org", mail="urgent")

    class Refusing:
        name = "webhook"

        def form(self, destination: str) -> str:
            return ""

        def deliver(self, parcel: object) -> str:
            raise Rejected("no")

    monkeypatch.setattr(delivery, "COURIERS", {"webhook": lambda room: Refusing()})
    with bench.room.store.writing() as c:
        for number in range(3):
            outbox.put(c, bench.clock.now(), key=f"event-{number}", courier="webhook")
    delivery.deliver_due(bench.room, "webhook")
    administrator = Actor("adam", frozenset({Role.ADMINISTRATOR}))
    (notice,) = notices.inbox(bench.room, administrator).notices
    assert (notice.kind, notice.params["courier"]) == ("delivery-failed", "webhook")
    with bench.room.store.reading() as c:
        (sent,) = outbox.due(c, bench.clock.now() + timedelta(seconds=1), courier="email")
    assert sent.destination == "adam@example.org"
    assert "webhook" in written(Parcel("k", "a@b", "", b"", sent.payload), bench.settings).get_content()
