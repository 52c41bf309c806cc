"""The tables of the first release."""

import sqlalchemy as sa
from alembic import op

from teleradiology.store.schema import Instant, Words

revision = "0001"
down_revision = None

IS_OPEN = "state IN ('arriving','unassigned','assigned','reading','held')"
IS_CLOSED = "closed_at IS NOT NULL"


def upgrade() -> None:
    """Go forward; there is no way back but the copy that is taken before an upgrade."""
    op.create_table(
        "accounts",
        sa.Column("username", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("name", sa.String(128), nullable=False, server_default=""),
        sa.Column("password_hash", sa.String(256), nullable=False, server_default=""),
        sa.Column("roles", sa.JSON, nullable=False),
        sa.Column("reader", sa.String(64)),
        sa.Column("facility", sa.String(64)),
        sa.Column("language", sa.String(8), nullable=False, server_default=""),
        sa.Column("theme", sa.String(8), nullable=False, server_default=""),
        sa.Column("disabled", sa.Boolean, nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("failed_sign_ins", sa.Integer, nullable=False, server_default="0"),
        sa.Column("locked_until", Instant),
        sa.PrimaryKeyConstraint("username", name="pk_accounts"),
    )
    op.create_table(
        "audit",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False, autoincrement=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("event", sa.String(48), nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("origin", sa.String(64), nullable=False, server_default=""),
        sa.Column("outcome", sa.Integer, nullable=False),
        sa.Column("item", sa.String(26)),
        sa.Column("study_instance_uid", sa.String(64), nullable=False, server_default=""),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_audit"),
    )
    op.create_index("ix_audit_at", "audit", ["at"])
    op.create_index("ix_audit_item", "audit", ["item", "seq"])
    op.create_index("ix_audit_study", "audit", ["study_instance_uid", "seq"])
    op.create_table(
        "bookmarks",
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("text", sa.Text, nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("name", name="pk_bookmarks"),
    )
    op.create_table(
        "idempotency",
        sa.Column("key", sa.String(128), nullable=False),
        sa.Column("username", sa.String(64), nullable=False),
        sa.Column("request", sa.String(64), nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("headers", sa.JSON, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("key", "username", name="pk_idempotency"),
    )
    op.create_index("ix_idempotency_at", "idempotency", ["at"])
    op.create_table(
        "items",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("orthanc_id", sa.String(44), nullable=False),
        sa.Column("study_instance_uid", sa.String(64), nullable=False),
        sa.Column("facility", sa.String(64), nullable=False),
        sa.Column("attention", sa.String(64), nullable=False, server_default=""),
        sa.Column("priority", sa.String(32), nullable=False, server_default=""),
        sa.Column("rank", sa.Integer, nullable=False, server_default="0"),
        sa.Column("turnaround_seconds", sa.Integer),
        sa.Column("warn_at", Instant),
        sa.Column("due_at", Instant),
        sa.Column("order_key", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("held_at", Instant),
        sa.Column("paused_seconds", sa.Integer, nullable=False, server_default="0"),
        sa.Column("hold_reason", sa.String(256), nullable=False, server_default=""),
        sa.Column("subspecialty", sa.String(64), nullable=False, server_default=""),
        sa.Column("template", sa.String(64), nullable=False, server_default=""),
        sa.Column("labels", Words, nullable=False, server_default="[]"),
        sa.Column("reader", sa.String(64), nullable=False, server_default=""),
        sa.Column("claimed_by", sa.String(64), nullable=False, server_default=""),
        sa.Column("lease_until", Instant),
        sa.Column("reason", sa.String(512), nullable=False, server_default=""),
        sa.Column("patient_id", sa.String(64), nullable=False, server_default=""),
        sa.Column("patient_name", sa.String(200), nullable=False, server_default=""),
        sa.Column("patient_name_other", sa.String(200), nullable=False, server_default=""),
        sa.Column("birth_date", sa.String(10), nullable=False, server_default=""),
        sa.Column("sex", sa.String(1), nullable=False, server_default=""),
        sa.Column("accession_number", sa.String(64), nullable=False, server_default=""),
        sa.Column("description", sa.String(256), nullable=False, server_default=""),
        sa.Column("modalities", sa.String(128), nullable=False, server_default=""),
        sa.Column("body_part", sa.String(64), nullable=False, server_default=""),
        sa.Column("study_at", sa.String(32), nullable=False, server_default=""),
        sa.Column("search", sa.Text, nullable=False, server_default=""),
        sa.Column("series_count", sa.Integer, nullable=False, server_default="0"),
        sa.Column("instance_count", sa.Integer, nullable=False, server_default="0"),
        sa.Column("decided_instances", sa.Integer, nullable=False, server_default="0"),
        sa.Column("flags", Words, nullable=False, server_default="[]"),
        sa.Column("decision", sa.String(26)),
        sa.Column("received_at", Instant, nullable=False),
        sa.Column("last_image_at", Instant),
        sa.Column("admitted_at", Instant),
        sa.Column("assigned_at", Instant),
        sa.Column("claimed_at", Instant),
        sa.Column("preliminary_at", Instant),
        sa.Column("final_at", Instant),
        sa.Column("closed_at", Instant),
        sa.Column("quiet_at", Instant),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("retry_at", Instant),
        sa.Column("changed_at", Instant, nullable=False),
        sa.Column("missing_since", Instant),
        sa.Column("facts", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_items"),
        sa.UniqueConstraint("orthanc_id", name="uq_items_orthanc_id"),
    )
    _partial_index("ix_items_by_facility", "items", ["facility", "rank", "order_key", "id", "state", "priority"], IS_OPEN)
    _partial_index("ix_items_by_reader", "items", ["reader", "rank", "order_key", "id", "state"], IS_OPEN)
    _partial_index("ix_items_by_subspecialty", "items", ["subspecialty", "rank", "order_key", "id", "state"], IS_OPEN)
    op.create_index("ix_items_changed", "items", ["changed_at"])
    _partial_index("ix_items_closed", "items", ["state", "closed_at", "id"], IS_CLOSED)
    _partial_index("ix_items_closed_by_facility", "items", ["facility", "state", "closed_at", "id"], IS_CLOSED)
    _partial_index("ix_items_closed_by_reader", "items", ["reader", "state", "closed_at", "id"], IS_CLOSED)
    _partial_index("ix_items_due", "items", ["due_at", "state", "facility"], IS_OPEN)
    _partial_index("ix_items_lease", "items", ["lease_until"], "state = 'reading'")
    op.create_index("ix_items_patient", "items", ["facility", "patient_id"])
    _partial_index("ix_items_quiet", "items", ["quiet_at"], "quiet_at IS NOT NULL")
    _partial_index("ix_items_reading_order", "items", ["rank", "order_key", "id", "state", "priority"], IS_OPEN)
    _partial_index("ix_items_retry", "items", ["retry_at"], "retry_at IS NOT NULL")
    op.create_index("ix_items_study_instance_uid", "items", ["study_instance_uid"])
    op.create_table(
        "rules_versions",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("first_at", Instant, nullable=False),
        sa.Column("last_at", Instant, nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_rules_versions"),
    )
    op.create_table(
        "views",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("query", sa.String(1024), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_views"),
    )
    op.create_index("ix_views_owner", "views", ["owner"])
    op.create_table(
        "decisions",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("item", sa.String(26), nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("cause", sa.String(64), nullable=False),
        sa.Column("rules_digest", sa.String(64), nullable=False),
        sa.Column("attributes", sa.JSON, nullable=False),
        sa.Column("passed_over", sa.JSON, nullable=False),
        sa.Column("readers", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_decisions"),
        sa.ForeignKeyConstraint(["item"], ["items.id"], name="fk_decisions_item"),
    )
    op.create_index("ix_decisions_item", "decisions", ["item"])
    op.create_table(
        "drafts",
        sa.Column("item", sa.String(26), nullable=False),
        sa.Column("author", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("sections", sa.JSON, nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("template", sa.String(64), nullable=False),
        sa.Column("saved_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("item", "author", name="pk_drafts"),
        sa.ForeignKeyConstraint(["item"], ["items.id"], name="fk_drafts_item"),
    )
    op.create_table(
        "reports",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("item", sa.String(26), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("predecessor", sa.String(26)),
        sa.Column("content", sa.JSON, nullable=False),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("author", sa.String(64), nullable=False),
        sa.Column("signed_at", Instant, nullable=False),
        sa.Column("sr_sop_instance_uid", sa.String(64), nullable=False),
        sa.Column("pdf_sop_instance_uid", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_reports"),
        sa.ForeignKeyConstraint(["item"], ["items.id"], name="fk_reports_item"),
        sa.ForeignKeyConstraint(["predecessor"], ["reports.id"], name="fk_reports_predecessor"),
        sa.UniqueConstraint("item", "version", name="uq_reports_item"),
    )
    op.create_table(
        "sessions",
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("username", sa.String(64), nullable=False),
        sa.Column("csrf", sa.String(64), nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("seen_at", Instant, nullable=False),
        sa.Column("expires_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk_sessions"),
        sa.ForeignKeyConstraint(["username"], ["accounts.username"], name="fk_sessions_username"),
    )
    op.create_index("ix_sessions_username", "sessions", ["username"])
    op.create_table(
        "tokens",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("username", sa.String(64), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("expires_at", Instant),
        sa.Column("revoked_at", Instant),
        sa.PrimaryKeyConstraint("id", name="pk_tokens"),
        sa.ForeignKeyConstraint(["username"], ["accounts.username"], name="fk_tokens_username"),
        sa.UniqueConstraint("hash", name="uq_tokens_hash"),
    )
    op.create_index("ix_tokens_username", "tokens", ["username"])
    op.create_table(
        "outbox",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("key", sa.String(128), nullable=False),
        sa.Column("item", sa.String(26)),
        sa.Column("report", sa.String(26)),
        sa.Column("courier", sa.String(16), nullable=False),
        sa.Column("destination", sa.String(128), nullable=False, server_default=""),
        sa.Column("payload", sa.JSON, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("due_at", Instant, nullable=False),
        sa.Column("last_error", sa.String(512), nullable=False, server_default=""),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("delivered_at", Instant),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.ForeignKeyConstraint(["item"], ["items.id"], name="fk_outbox_item"),
        sa.ForeignKeyConstraint(["report"], ["reports.id"], name="fk_outbox_report"),
        sa.UniqueConstraint("key", name="uq_outbox_key"),
    )
    _partial_index("ix_outbox_due", "outbox", ["due_at"], "state = 'waiting'")
    op.create_index("ix_outbox_report", "outbox", ["report"])
    op.create_table(
        "renditions",
        sa.Column("report", sa.String(26), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("media_type", sa.String(64), nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("report", "kind", name="pk_renditions"),
        sa.ForeignKeyConstraint(["report"], ["reports.id"], name="fk_renditions_report"),
    )


def _partial_index(name: str, table: str, columns: list[str], condition: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(condition), postgresql_where=sa.text(condition))
