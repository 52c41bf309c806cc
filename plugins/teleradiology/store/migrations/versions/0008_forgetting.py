"""Cases given back and notices are found by their time: to be counted, and to be forgotten."""

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Go forward; there is no way back but the copy that is taken before an upgrade."""
    op.create_index("ix_passes_at", "passes", ["at"])
    op.create_index("ix_notifications_created_at", "notifications", ["created_at"])
