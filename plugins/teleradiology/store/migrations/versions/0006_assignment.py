"""What choosing a reader has to know of an item, and cases that readers gave back."""

import sqlalchemy as sa
from alembic import op

from teleradiology.store.schema import Instant

revision = "0006"
down_revision = "0005"

IS_OPEN = "state IN ('arriving','unassigned','assigned','reading','held')"
IS_CLOSED = "closed_at IS NOT NULL"
WAITING = (
    "reader state facility subspecialty modality body_part language "
    "received_at restarted_at due_at broadened rank patient_id referrer id"
)


def upgrade() -> None:
    """Go forward; there is no way back but the copy that is taken before an upgrade."""
    for name, length in (("modality", 16), ("language", 16), ("referrer", 120)):
        op.add_column("items", sa.Column(name, sa.String(length), nullable=False, server_default=""))
    items = sa.table("items", sa.column("modality"), sa.column("facts", sa.JSON))
    op.execute(items.update().values(modality=sa.func.substr(sa.func.coalesce(items.c.facts["modality"].as_string(), ""), 1, 16)))
    _partial_index("ix_items_waiting", WAITING.split(), IS_OPEN)
    _partial_index("ix_items_done", ["closed_at", "state", "reader", "modality", "body_part"], IS_CLOSED)
    op.create_table(
        "passes",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("item", sa.String(26), nullable=False),
        sa.Column("reader", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(256), nullable=False, server_default=""),
        sa.Column("at", Instant, nullable=False),
        sa.Column("until", Instant, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_passes"),
        sa.ForeignKeyConstraint(["item"], ["items.id"], name="fk_passes_item"),
    )
    op.create_index("ix_passes_item", "passes", ["item", "until"])
    op.create_index("ix_passes_reader", "passes", ["reader", "until"])


def _partial_index(name: str, columns: list[str], condition: str) -> None:
    op.create_index(name, "items", columns, sqlite_where=sa.text(condition), postgresql_where=sa.text(condition))
