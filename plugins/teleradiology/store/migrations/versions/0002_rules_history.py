"""Who put which rules in force, and when."""

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Go forward; there is no way back but the copy that is taken before an upgrade."""
