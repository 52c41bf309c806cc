"""Exceptions to the weekly shifts, and who is available."""

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Go forward; there is no way back but the copy that is taken before an upgrade."""
