"""Findings of inference services."""

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Go forward; there is no way back but the copy that is taken before an upgrade."""
