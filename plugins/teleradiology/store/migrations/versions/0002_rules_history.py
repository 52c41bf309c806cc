"""Who put which rules in force, and when; and what people declare about a study."""

import sqlalchemy as sa
from alembic import op

from teleradiology.store.schema import Instant

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Go forward; there is no way back but the copy that is taken before an upgrade."""
    op.create_table(
        "rules_history",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("before", sa.String(64), nullable=False, server_default=""),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("cause", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_rules_history"),
    )
    op.create_index("ix_rules_history_digest", "rules_history", ["digest"])
    op.create_table(
        "declarations",
        sa.Column("item", sa.String(26), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("value", sa.String(256), nullable=False, server_default=""),
        sa.Column("at", Instant, nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["item"], ["items.id"], name="fk_declarations_item"),
        sa.PrimaryKeyConstraint("item", "kind", name="pk_declarations"),
    )
