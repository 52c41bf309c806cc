"""Steps of the ladder that were taken, and notices to people."""

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Go forward; there is no way back but the copy that is taken before an upgrade."""
