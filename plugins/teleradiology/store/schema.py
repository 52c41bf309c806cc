"""Every table, each with a sentence on what a row is. Migrations in ``migrations/`` bring a database here."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.types import TypeDecorator

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Instant(TypeDecorator[datetime]):
    """An aware datetime, kept as microseconds since 1970 in UTC: sorts, compares and indexes alike on SQLite and PostgreSQL."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value, dialect):  # type: ignore[no-untyped-def]
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime was to be stored; give it a zone")
        return (value - _EPOCH) // timedelta(microseconds=1)

    def result_processor(self, dialect, coltype):  # type: ignore[no-untyped-def]
        # Not process_result_value: a page of the worklist converts a thousand of these.
        def read(value: int | None) -> datetime | None:
            return None if value is None else _EPOCH + timedelta(microseconds=value)

        return read


class Words(TypeDecorator[tuple[str, ...]]):
    """Some words in their order, kept as a JSON array; a tuple in Python."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value, dialect):  # type: ignore[no-untyped-def]
        return None if value is None else json.dumps(list(value), ensure_ascii=False)

    def result_processor(self, dialect, coltype):  # type: ignore[no-untyped-def]
        def read(text: str | None) -> tuple[str, ...] | None:
            return () if text == "[]" else None if text is None else tuple(json.loads(text))

        return read


class Spans(TypeDecorator[tuple[tuple[datetime, datetime], ...]]):
    """Some spans of time in their order, kept as a JSON array of pairs of microseconds since 1970."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value, dialect):  # type: ignore[no-untyped-def]
        return (
            None if value is None else json.dumps([[(at - _EPOCH) // timedelta(microseconds=1) for at in span] for span in value])
        )

    def result_processor(self, dialect, coltype):  # type: ignore[no-untyped-def]
        def read(text: str | None) -> tuple[tuple[datetime, datetime], ...]:
            if text is None or text == "[]":
                return ()
            return tuple((_instant(begin), _instant(end)) for begin, end in json.loads(text))

        return read


def _instant(microseconds: int) -> datetime:
    return _EPOCH + timedelta(microseconds=microseconds)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

ID = String(26)  # a ULID: sorts by time of creation

items = Table(
    # One study's place on the reading worklist; exactly one row per Orthanc study, whatever happens to it.
    "items",
    metadata,
    Column("id", ID, primary_key=True),
    Column("version", Integer, nullable=False),  # grows by one with each act; the ETag
    Column("state", String(16), nullable=False),  # core.worklist.State
    Column("orthanc_id", String(44), nullable=False, unique=True),
    Column("study_instance_uid", String(64), nullable=False, index=True),
    Column("facility", String(64), nullable=False),  # id in the rules file, "" when no facility claims the sender
    Column("attention", String(64), nullable=False, server_default=""),  # why a person must look; "" when nothing is wrong
    Column("priority", String(32), nullable=False, server_default=""),
    Column("rank", Integer, nullable=False, server_default="0"),  # 0 most urgent; needs-attention items rank -1
    Column("turnaround_seconds", Integer),
    Column("warn_at", Instant),
    Column("due_at", Instant),
    Column("order_key", BigInteger, nullable=False, server_default="0"),  # reading order within the open list; smaller first
    Column("held_at", Instant),  # on hold since
    Column("paused_seconds", Integer, nullable=False, server_default="0"),
    Column("hold_reason", String(256), nullable=False, server_default=""),
    Column("subspecialty", String(64), nullable=False, server_default=""),
    Column("template", String(64), nullable=False, server_default=""),
    Column("labels", Words, nullable=False, server_default="[]"),
    Column("reader", String(64), nullable=False, server_default=""),  # reader id: assigned to, or holding the claim
    Column("claimed_by", String(64), nullable=False, server_default=""),  # username holding the lease while state is reading
    Column("lease_until", Instant),
    Column("reason", String(512), nullable=False, server_default=""),  # of skip, cancel, or why nobody is assigned
    Column("patient_id", String(64), nullable=False, server_default=""),
    Column("patient_name", String(200), nullable=False, server_default=""),  # first group, for display
    Column("patient_name_other", String(200), nullable=False, server_default=""),  # the other groups
    Column("birth_date", String(10), nullable=False, server_default=""),  # ISO, "" when unknown
    Column("sex", String(1), nullable=False, server_default=""),
    Column("accession_number", String(64), nullable=False, server_default=""),
    Column("description", String(256), nullable=False, server_default=""),
    Column("modalities", String(128), nullable=False, server_default=""),  # "CT,SR", sorted
    Column("body_part", String(64), nullable=False, server_default=""),
    Column("study_at", String(32), nullable=False, server_default=""),  # ISO local time of the modality, no zone unless known
    Column("search", Text, nullable=False, server_default=""),  # folded names, ids, description: what q= looks in
    Column("series_count", Integer, nullable=False, server_default="0"),
    Column("instance_count", Integer, nullable=False, server_default="0"),
    Column("decided_instances", Integer, nullable=False, server_default="0"),  # image instances when last decided
    Column(
        "flags", Words, nullable=False, server_default="[]"
    ),  # "study-grew", "preliminary", "addendum-task", "split-study" ...
    Column("decision", ID),  # decisions.id in force
    Column("received_at", Instant, nullable=False),  # first image, our clock
    Column("last_image_at", Instant),
    Column("admitted_at", Instant),
    Column("assigned_at", Instant),
    Column("claimed_at", Instant),
    Column("preliminary_at", Instant),
    Column("final_at", Instant),
    Column("closed_at", Instant),
    Column("quiet_at", Instant),  # when the study counts as complete unless more images come; NULL when nothing is awaited
    Column("attempts", Integer, nullable=False, server_default="0"),  # failed attempts of intake since the last success
    Column("retry_at", Instant),
    Column("changed_at", Instant, nullable=False),
    Column("missing_since", Instant),  # the study is no longer in Orthanc
    Column("policy", String(64), nullable=False, server_default=""),  # the turnaround policy of the promise; "" for none
    Column("exam_end_at", Instant),  # as the modality says
    Column("restarted_at", Instant),  # a task that came up later has a clock of its own, since then
    Column("paused_at", Instant),  # the clock is paused since; a hold for other reasons does not pause it
    Column("pauses", Spans, nullable=False, server_default="[]"),  # when it was paused before
    Column("ring_at", Instant),  # when the ladder of escalation is to be looked at next
    Column("broadened", Integer, nullable=False, server_default="0"),  # by how many steps more readers may have it
    Column("delivered_at", Instant),  # the final report is where it belongs
    Column("acknowledged_at", Instant),  # who asked for the report has seen its latest version
    Column("modality", String(16), nullable=False, server_default=""),  # of the facts: the one with most images
    Column("language", String(16), nullable=False, server_default=""),  # that the rules want the report in
    Column("referrer", String(120), nullable=False, server_default=""),  # who asked for the study
    # Last, because it is long: a list reads the columns before it without touching its pages.
    Column("facts", JSON, nullable=False, default=dict),
)
# Lists read the open items, a few thousand at most; partial indexes keep them as fast over a million closed ones.
# A query uses them only if it repeats the condition word for word: store/items.py takes it from here.
IS_OPEN = "state IN ('arriving','unassigned','assigned','reading','held')"
IS_CLOSED = "closed_at IS NOT NULL"  # no list of states: SQLite would look each of them up, and sort


def _partial_index(name: str, condition: str, *columns: Column) -> Index:
    return Index(name, *columns, sqlite_where=text(condition), postgresql_where=text(condition))


# The columns after the id are there to be looked at without fetching the row.
_order = (items.c.rank, items.c.order_key, items.c.id, items.c.state)
_partial_index("ix_items_reading_order", IS_OPEN, *_order, items.c.priority)
_partial_index("ix_items_by_subspecialty", IS_OPEN, items.c.subspecialty, *_order)
_partial_index("ix_items_by_facility", IS_OPEN, items.c.facility, *_order, items.c.priority)
_partial_index("ix_items_by_reader", IS_OPEN, items.c.reader, *_order)
_partial_index("ix_items_due", IS_OPEN, items.c.due_at, items.c.state, items.c.facility, items.c.paused_at)
_partial_index(  # all that choosing a reader or a next case has to know
    "ix_items_waiting",
    IS_OPEN,
    *(items.c[name] for name in ("reader", "state", "facility", "subspecialty", "modality", "body_part", "language")),
    *(items.c[name] for name in ("received_at", "restarted_at", "due_at", "broadened", "rank", "patient_id", "referrer", "id")),
)
_partial_index("ix_items_quiet", "quiet_at IS NOT NULL", items.c.quiet_at)
_partial_index("ix_items_ring", "ring_at IS NOT NULL", items.c.ring_at)
_partial_index("ix_items_retry", "retry_at IS NOT NULL", items.c.retry_at)
_partial_index("ix_items_lease", "state = 'reading'", items.c.lease_until)
Index("ix_items_changed", items.c.changed_at)
_closed = (items.c.state, items.c.closed_at, items.c.id)
_partial_index("ix_items_closed", IS_CLOSED, *_closed)
_partial_index("ix_items_closed_by_facility", IS_CLOSED, items.c.facility, *_closed)
_partial_index("ix_items_closed_by_reader", IS_CLOSED, items.c.reader, *_closed)
_partial_index("ix_items_done", IS_CLOSED, items.c.closed_at, items.c.state, items.c.reader, items.c.modality, items.c.body_part)
Index("ix_items_patient", items.c.facility, items.c.patient_id)

decisions = Table(
    # What the rules said of a study at one moment, with the reasons.
    "decisions",
    metadata,
    Column("id", ID, primary_key=True),
    Column("item", ID, ForeignKey("items.id"), nullable=False, index=True),
    Column("at", Instant, nullable=False),
    Column("cause", String(64), nullable=False),  # "study complete", "late images", "rules changed" ...
    Column("rules_digest", String(64), nullable=False),
    Column("attributes", JSON, nullable=False),  # {"priority": {"value", "rule", "line"}}
    Column("passed_over", JSON, nullable=False),  # [{"rule", "line", "condition", "expected", "found"}]
    Column("readers", JSON, nullable=False),  # {"chosen", "policy", "considered": [{"reader", "eligible", "reasons", "load"}]}
)

passes = Table(
    # A reader gave a case back that was theirs; for a while it is not offered to them again. Forgotten after a year.
    "passes",
    metadata,
    Column("id", ID, primary_key=True),
    Column("item", ID, ForeignKey("items.id"), nullable=False),
    Column("reader", String(64), nullable=False),
    Column("kind", String(16), nullable=False),  # skip: by the reader; lapse: the lease ended; hand-over: with all they had
    Column("reason", String(256), nullable=False, server_default=""),
    Column("at", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    Index("ix_passes_item", "item", "until"),
    Index("ix_passes_reader", "reader", "until"),
    Index("ix_passes_at", "at"),
)

drafts = Table(
    # What one author has typed for one item and not signed; survives a lost claim.
    "drafts",
    metadata,
    Column("item", ID, ForeignKey("items.id"), primary_key=True),
    Column("author", String(64), primary_key=True),  # username
    Column("version", Integer, nullable=False),
    Column("sections", JSON, nullable=False),
    Column("language", String(8), nullable=False),
    Column("template", String(64), nullable=False),
    Column("saved_at", Instant, nullable=False),
)

reports = Table(
    # One signed version; never updated, never deleted, only followed.
    "reports",
    metadata,
    Column("id", ID, primary_key=True),
    Column("item", ID, ForeignKey("items.id"), nullable=False),
    Column("version", Integer, nullable=False),  # 1, 2, 3 within the item
    Column("status", String(16), nullable=False),  # preliminary, final, addendum, corrected
    Column("predecessor", ID, ForeignKey("reports.id")),
    Column("content", JSON, nullable=False),  # core.reports.SignedReport as a dict: everything that is printed
    Column("content_hash", String(64), nullable=False),  # SHA-256 of the canonical JSON of content
    Column("author", String(64), nullable=False),
    Column("signed_at", Instant, nullable=False),
    Column("sr_sop_instance_uid", String(64), nullable=False),
    Column("pdf_sop_instance_uid", String(64), nullable=False),
    UniqueConstraint("item", "version"),
)

acknowledgements = Table(
    # Whoever asked for a report has seen this version of it; the first who said so.
    "acknowledgements",
    metadata,
    Column("report", ID, ForeignKey("reports.id"), primary_key=True),
    Column("at", Instant, nullable=False),
    Column("by", String(64), nullable=False),  # username
)

renditions = Table(
    # A signed version as somebody receives it; written once, delivered byte for byte.
    "renditions",
    metadata,
    Column("report", ID, ForeignKey("reports.id"), primary_key=True),
    Column("kind", String(16), primary_key=True),  # html, pdf, sr, pdf-dicom, fhir, hl7
    Column("media_type", String(64), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("created_at", Instant, nullable=False),
)

outbox = Table(
    # Something that must reach somebody; written in the transaction of the act that caused it.
    "outbox",
    metadata,
    Column("id", ID, primary_key=True),
    Column("key", String(128), nullable=False, unique=True),  # idempotency key: report:version:destination
    Column("item", ID, ForeignKey("items.id")),
    Column("report", ID, ForeignKey("reports.id")),
    Column("courier", String(16), nullable=False),  # pacs, email, webhook, ai, hl7, fhir, dicom
    Column("destination", String(128), nullable=False, server_default=""),
    Column("payload", JSON, nullable=False, default=dict),
    Column("state", String(16), nullable=False),  # waiting, delivered, failed (given up; a person may retry)
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("due_at", Instant, nullable=False),  # next attempt
    Column("last_error", String(512), nullable=False, server_default=""),
    Column("created_at", Instant, nullable=False),
    Column("delivered_at", Instant),
    Index("ix_outbox_due", "due_at", sqlite_where=text("state = 'waiting'"), postgresql_where=text("state = 'waiting'")),
    Index("ix_outbox_report", "report"),
)

audit = Table(
    # One act: who, what, when, on which study, with which outcome; chained by hash (see store/audit.py).
    "audit",
    metadata,
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("event", String(48), nullable=False),  # core.audit.EVENTS
    Column("actor", String(64), nullable=False),
    Column("origin", String(64), nullable=False, server_default=""),
    Column("outcome", Integer, nullable=False),  # 0, 4, 8, 12 as PS3.15 A.5.3
    Column("item", ID),
    Column("study_instance_uid", String(64), nullable=False, server_default=""),
    Column("detail", Text, nullable=False),  # canonical JSON, exactly as hashed; no patient data
    Column("hash", String(64), nullable=False),
    Index("ix_audit_item", "item", "seq"),
    Index("ix_audit_study", "study_instance_uid", "seq"),
    Index("ix_audit_at", "at"),
)

bookmarks = Table(
    # A place in a stream: the last /changes sequence, the head of the audit chain.
    "bookmarks",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("text", Text, nullable=False, server_default=""),
)

accounts = Table(
    # A person or a system that may sign in.
    "accounts",
    metadata,
    Column("username", String(64), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("name", String(128), nullable=False, server_default=""),
    Column("password_hash", String(256), nullable=False, server_default=""),
    Column("roles", JSON, nullable=False),
    Column("reader", String(64)),
    Column("facility", String(64)),
    Column("language", String(8), nullable=False, server_default=""),
    Column("theme", String(8), nullable=False, server_default=""),
    Column("disabled", Boolean, nullable=False, default=False),
    Column("created_at", Instant, nullable=False),
    Column("failed_sign_ins", Integer, nullable=False, server_default="0"),
    Column("locked_until", Instant),
    Column("email", String(120), nullable=False, server_default=""),
    Column("mail", String(8), nullable=False, server_default="all"),  # which notices go there: all, urgent, none
)

tokens = Table(
    # An API token; only its hash is kept.
    "tokens",
    metadata,
    Column("id", ID, primary_key=True),
    Column("username", String(64), ForeignKey("accounts.username"), nullable=False, index=True),
    Column("name", String(64), nullable=False),
    Column("hash", String(64), nullable=False, unique=True),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("revoked_at", Instant),
)

sessions = Table(
    # A browser that signed in; the cookie's value is kept only as a hash.
    "sessions",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("username", String(64), ForeignKey("accounts.username"), nullable=False, index=True),
    Column("csrf", String(64), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
)

idempotency = Table(
    # The first answer to a request that carried an Idempotency-Key.
    "idempotency",
    metadata,
    Column("key", String(128), primary_key=True),
    Column("username", String(64), primary_key=True),
    Column("request", String(64), nullable=False),  # SHA-256 of method, path and body
    Column("status", Integer, nullable=False),
    Column("headers", JSON, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("at", Instant, nullable=False, index=True),
)

rules_versions = Table(
    # A rules file that was in force at some time.
    "rules_versions",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("text", Text, nullable=False),
    Column("first_at", Instant, nullable=False),
    Column("last_at", Instant, nullable=False),  # when it was last put in force
    Column("by", String(64), nullable=False),
)

rules_history = Table(
    # Another rules file was put in force than the one before.
    "rules_history",
    metadata,
    Column("id", ID, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("digest", String(64), nullable=False, index=True),  # of rules_versions
    Column("before", String(64), nullable=False, server_default=""),  # "" for the first
    Column("by", String(64), nullable=False),
    Column("cause", String(16), nullable=False),  # start, file, api, rollback
)

declarations = Table(
    # What a person or a system says about a study, which its images do not tell; the latest of each kind.
    "declarations",
    metadata,
    Column("item", ID, ForeignKey("items.id"), primary_key=True),
    Column("kind", String(16), primary_key=True),  # urgency, complete, early
    Column("value", String(256), nullable=False, server_default=""),
    Column("at", Instant, nullable=False),
    Column("by", String(64), nullable=False),
)

views = Table(
    # A saved view of the worklist: a name for a URL query.
    "views",
    metadata,
    Column("id", ID, primary_key=True),
    Column("owner", String(64), nullable=False, index=True),  # username; "" for everybody
    Column("name", String(64), nullable=False),
    Column("query", String(1024), nullable=False),
)

findings = Table(
    # What an inference service suggests about a study; unverified.
    "findings",
    metadata,
    Column("id", ID, primary_key=True),
    Column("item", ID, ForeignKey("items.id")),
    Column("study_instance_uid", String(64), nullable=False),
    Column("key", String(64), nullable=False),  # the code, or the folded text when there is none
    Column("code", String(64), nullable=False, server_default=""),
    Column("text", String(256), nullable=False, server_default=""),
    Column("score", Float),  # 0 to 1
    Column("positive", Boolean, nullable=False),
    Column("device", String(64), nullable=False),
    Column("version", String(32), nullable=False, server_default=""),
    Column("source", String(8), nullable=False),  # api, sr, sc
    Column("sop_instance_uid", String(64), nullable=False, server_default=""),
    Column("received_at", Instant, nullable=False),
    UniqueConstraint("study_instance_uid", "device", "version", "key"),
)

roster_exceptions = Table(
    # Hours of a reader that differ from the weekly ones of the rules file.
    "roster_exceptions",
    metadata,
    Column("id", ID, primary_key=True),
    Column("reader", String(64), nullable=False),
    Column("kind", String(16), nullable=False),  # leave, extra, on-call, unavailable
    Column("start_at", Instant, nullable=False),
    Column("end_at", Instant),  # NULL is until further notice
    Column("note", String(256), nullable=False, server_default=""),
    Column("created_by", String(64), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("removed_at", Instant),  # nothing is deleted
)
_partial_index("ix_roster_exceptions_time", "removed_at IS NULL", roster_exceptions.c.end_at, roster_exceptions.c.start_at)

ladder_steps = Table(
    # A step of the ladder of escalation that was taken: once for an item and a cause, which is the clock that rang.
    "ladder_steps",
    metadata,
    Column("item", ID, ForeignKey("items.id"), primary_key=True),
    Column("step", String(64), primary_key=True),
    Column("cause", String(64), primary_key=True),
    Column("action", String(32), nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("done_at", Instant, nullable=False),
)

notifications = Table(
    # Something that a person is told on our pages; of a role, the first who reads it has read it for all. Forgotten some time
    # after it was told, unless its study is open.
    "notifications",
    metadata,
    Column("id", ID, primary_key=True),
    Column("recipient", String(80), nullable=False),  # a username, or role:coordinator
    Column("item", ID, ForeignKey("items.id"), index=True),
    Column("kind", String(32), nullable=False),
    Column("params", JSON, nullable=False),  # what the words need; no patient data
    Column("created_at", Instant, nullable=False),
    Column("read_at", Instant),
    Column("read_by", String(64), nullable=False, server_default=""),
    Index("ix_notifications_recipient", "recipient", "id"),
    Index("ix_notifications_created_at", "created_at"),
)
_partial_index("ix_notifications_unread", "read_at IS NULL", notifications.c.recipient, notifications.c.id)
