"""Exceptions to the weekly shifts, and who is available."""

import sqlalchemy as sa
from alembic import op

from teleradiology.store.schema import Instant

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Go forward; there is no way back but the copy that is taken before an upgrade."""
    op.create_table(
        "roster_exceptions",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("reader", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("start_at", Instant, nullable=False),
        sa.Column("end_at", Instant),
        sa.Column("note", sa.String(256), nullable=False, server_default=""),
        sa.Column("created_by", sa.String(64), nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("removed_at", Instant),
        sa.PrimaryKeyConstraint("id", name="pk_roster_exceptions"),
    )
    stays = sa.text("removed_at IS NULL")
    columns = ["end_at", "start_at"]
    op.create_index("ix_roster_exceptions_time", "roster_exceptions", columns, sqlite_where=stays, postgresql_where=stays)
