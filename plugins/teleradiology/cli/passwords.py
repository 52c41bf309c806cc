"""The password that a command signs in with."""

from __future__ import annotations

import getpass
import os
import re
import sys
from pathlib import Path

from ..core.errors import Unavailable

PASSWORD = "TELERADIOLOGY_PASSWORD"
FIRST_PASSWORD = "TELERADIOLOGY_ADMIN_PASSWORD"


def of(user: str, data_dir: Path) -> str:
    """As told by the environment, else the one made up for the first administrator, else asked for."""
    told = os.environ.get(PASSWORD) or (os.environ.get(FIRST_PASSWORD) if user == "admin" else None)
    if told:
        return told
    first = data_dir / "first-administrator.txt"
    found = re.search(r"password:? (\S+?)\.?(\s|$)", first.read_text(encoding="utf-8")) if first.exists() else None
    if found and user == "admin":
        return found[1]
    if not sys.stdin.isatty():
        raise Unavailable(f"the password of {user} was expected in {PASSWORD}; found nothing there")
    return getpass.getpass(f"Password of {user}: ")
