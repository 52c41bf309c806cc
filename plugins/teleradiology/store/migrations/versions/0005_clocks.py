"""The clock of an item, steps of the ladder that were taken, and notices to people."""

import sqlalchemy as sa
from alembic import op

from teleradiology.store.schema import Instant, Spans

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Go forward; there is no way back but the copy that is taken before an upgrade."""
    _columns_of_items()
    op.create_table(
        "ladder_steps",
        sa.Column("item", sa.String(26), nullable=False),
        sa.Column("step", sa.String(64), nullable=False),
        sa.Column("cause", sa.String(64), nullable=False),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("due_at", Instant, nullable=False),
        sa.Column("done_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("item", "step", "cause", name="pk_ladder_steps"),
        sa.ForeignKeyConstraint(["item"], ["items.id"], name="fk_ladder_steps_item"),
    )
    op.create_table(
        "notifications",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("recipient", sa.String(80), nullable=False),
        sa.Column("item", sa.String(26)),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("params", sa.JSON, nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("read_at", Instant),
        sa.Column("read_by", sa.String(64), nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("id", name="pk_notifications"),
        sa.ForeignKeyConstraint(["item"], ["items.id"], name="fk_notifications_item"),
    )
    op.create_index("ix_notifications_item", "notifications", ["item"])
    op.create_index("ix_notifications_recipient", "notifications", ["recipient", "id"])
    _partial_index("ix_notifications_unread", "notifications", ["recipient", "id"], "read_at IS NULL")


def _columns_of_items() -> None:
    """Each may be added in place: copying the table would drop what refers to it."""
    for column in (
        sa.Column("policy", sa.String(64), nullable=False, server_default=""),
        sa.Column("exam_end_at", Instant),
        sa.Column("restarted_at", Instant),
        sa.Column("paused_at", Instant),
        sa.Column("pauses", Spans, nullable=False, server_default="[]"),
        sa.Column("ring_at", Instant),
        sa.Column("broadened", sa.Integer, nullable=False, server_default="0"),
        sa.Column("delivered_at", Instant),
        sa.Column("acknowledged_at", Instant),
    ):
        op.add_column("items", column)
    op.execute("UPDATE items SET paused_at = held_at WHERE state = 'held'")
    is_open = "state IN ('arriving','unassigned','assigned','reading','held')"
    op.drop_index("ix_items_due", "items")  # a list counts what is late, which depends on the pause now
    _partial_index("ix_items_due", "items", ["due_at", "state", "facility", "paused_at"], is_open)
    _partial_index("ix_items_ring", "items", ["ring_at"], "ring_at IS NOT NULL")


def _partial_index(name: str, table: str, columns: list[str], condition: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(condition), postgresql_where=sa.text(condition))
