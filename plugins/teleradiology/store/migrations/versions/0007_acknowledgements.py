"""Who has seen which version of a report, and where people want their notices."""

import sqlalchemy as sa
from alembic import op

from teleradiology.store.schema import Instant

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Go forward; there is no way back but the copy that is taken before an upgrade."""
    op.add_column("accounts", sa.Column("email", sa.String(120), nullable=False, server_default=""))
    op.add_column("accounts", sa.Column("mail", sa.String(8), nullable=False, server_default="all"))
    op.create_table(
        "acknowledgements",
        sa.Column("report", sa.String(26), nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("report", name="pk_acknowledgements"),
        sa.ForeignKeyConstraint(["report"], ["reports.id"], name="fk_acknowledgements_report"),
    )
