"""${message}"""

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    """Go forward; there is no way back but the copy that is taken before an upgrade."""
    ${upgrades if upgrades else "pass"}
