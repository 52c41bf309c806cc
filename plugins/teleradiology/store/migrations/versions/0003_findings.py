"""Findings of inference services."""

import sqlalchemy as sa
from alembic import op

from teleradiology.store.schema import Instant

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Go forward; there is no way back but the copy that is taken before an upgrade."""
    op.create_table(
        "findings",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("item", sa.String(26)),
        sa.Column("study_instance_uid", sa.String(64), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("code", sa.String(64), nullable=False, server_default=""),
        sa.Column("text", sa.String(256), nullable=False, server_default=""),
        sa.Column("score", sa.Float),
        sa.Column("positive", sa.Boolean, nullable=False),
        sa.Column("device", sa.String(64), nullable=False),
        sa.Column("version", sa.String(32), nullable=False, server_default=""),
        sa.Column("source", sa.String(8), nullable=False),
        sa.Column("sop_instance_uid", sa.String(64), nullable=False, server_default=""),
        sa.Column("received_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_findings"),
        sa.ForeignKeyConstraint(["item"], ["items.id"], name="fk_findings_item"),
        sa.UniqueConstraint("study_instance_uid", "device", "version", "key", name="uq_findings_study_instance_uid"),
    )
