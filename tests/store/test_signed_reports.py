"""Reports: drafts by version, signed versions that are only ever followed, renditions that are made once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from store.rows import NOON, put_item
from teleradiology.core.errors import StaleVersion
from teleradiology.store import decisions, reports
from teleradiology.store.engine import Store
from teleradiology.store.ids import new_id
from teleradiology.store.reports import Draft, Signed

LATER = NOON + timedelta(minutes=5)


def blank(item: str) -> Draft:
    return Draft(item, "dr-a", 0, {}, "en", "", None)


def save(c: Connection, before: Draft, text: str) -> Draft:
    return reports.save_draft(c, NOON, before, sections={"findings": text}, language="ar", template="chest")


def signed(item: str, version: int = 1, predecessor: str | None = None) -> Signed:
    return Signed(
        new_id(NOON),
        item,
        version,
        "final",
        predecessor,
        {"text": "طبيعي"},
        "ab" * 32,
        "dr-a",
        NOON,
        f"2.25.{version}1",
        f"2.25.{version}2",
    )


def test_a_draft_is_saved_version_by_version(store: Store) -> None:
    with store.writing() as c:
        item = put_item(c).id
        assert reports.draft(c, item, "dr-a") is None
        first = save(c, blank(item), "normal")
        second = save(c, first, "not quite normal")
        assert reports.draft(c, item, "dr-a") == second
        assert (second.version, second.sections) == (2, {"findings": "not quite normal"})
        assert reports.drafts_of(c, item) == [second]


def test_two_tabs_do_not_overwrite_each_other(store: Store) -> None:
    with store.writing() as c:
        item = put_item(c).id
        first = save(c, blank(item), "one")
        save(c, first, "two")
        for stale in (first, blank(item)):
            with pytest.raises(StaleVersion):
                save(c, stale, "three")


def test_a_signed_draft_is_forgotten(store: Store) -> None:
    with store.writing() as c:
        item = put_item(c).id
        save(c, blank(item), "normal")
        reports.discard_drafts(c, item, "dr-a")
        assert reports.draft(c, item, "dr-a") is None


def test_signed_versions_follow_each_other(store: Store) -> None:
    with store.writing() as c:
        item = put_item(c).id
        first = reports.add(c, signed(item))
        second = reports.add(c, signed(item, 2, first.id))
        assert reports.of_item(c, item) == [first, second]
        assert reports.latest(c, item) == second
        assert reports.get(c, first.id) == first
        assert reports.is_ours(c, "2.25.22")
        assert not reports.is_ours(c, "2.25.9")


def test_there_are_never_two_reports_under_one_number(store: Store) -> None:
    with pytest.raises(IntegrityError), store.writing() as c:
        item = put_item(c).id
        reports.add(c, signed(item))
        reports.add(c, signed(item))


def test_a_rendition_is_made_once_and_stays_byte_for_byte(store: Store) -> None:
    with store.writing() as c:
        report = reports.add(c, signed(put_item(c).id)).id
        first = reports.keep_rendition(c, NOON, report=report, kind="pdf", media_type="application/pdf", body=b"%PDF-1\x00\xff")
        again = reports.keep_rendition(c, LATER, report=report, kind="pdf", media_type="application/pdf", body=b"%PDF-2")
        assert first == again == reports.rendition(c, report, "pdf")
        assert reports.rendition(c, report, "sr") is None


def test_every_decision_is_kept(store: Store) -> None:
    with store.writing() as c:
        item = put_item(c).id
        told = {"attributes": {}, "passed_over": [], "readers": {"chosen": None}}
        first = decisions.add(c, NOON, item=item, cause="study complete", rules_digest="a" * 64, **told)
        second = decisions.add(c, LATER, item=item, cause="late images", rules_digest="b" * 64, **told)
        assert decisions.of_item(c, item) == [second, first]
        assert decisions.get(c, first.id) == first
