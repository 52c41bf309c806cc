"""What is printed once the service answers."""

import os
import re
from pathlib import Path

from running.orthanc import CONFIGURATION, Wanted

PASSWORD_VARIABLE = "TELERADIOLOGY_ADMIN_PASSWORD"


def first_administrator(wanted: Wanted) -> Path:
    """Where the service writes the password that it made up for the first administrator."""
    return wanted.data / "first-administrator.txt"


def ready(wanted: Wanted, log: Path, is_first: bool) -> None:
    lines = {
        "Worklist": wanted.address,
        "Sign in": _sign_in(wanted, is_first),
        "DICOM": f"C-STORE to {wanted.host} port {wanted.dicom_port}, AE title {_title()}",
        "Data": str(wanted.data),
        "Log": str(log),
    }
    print("\nOrthanc Teleradiology is ready.\n")
    print("\n".join(f"  {name:<9} {text}" for name, text in lines.items()))
    if wanted.is_remote:
        print("\n  The pages travel unencrypted: put a reverse proxy with TLS in front before patients' data is on them.")
    print(flush=True)


def _sign_in(wanted: Wanted, is_first: bool) -> str:
    file = first_administrator(wanted)
    if not file.exists():
        return f"admin, with the password of {PASSWORD_VARIABLE} at the first start, or the one you chose since"
    if is_first:
        text = file.read_text(encoding="utf-8").strip()
        made_up = re.search(r"password (\S+?)\.?$", text)
        return f"admin, password {made_up[1]}   (made up at this first start; kept in {file})" if made_up else text
    return f"admin, with the password in {file} unless you have changed it"


def _title() -> str:
    found = re.search(r'"DicomAet"\s*:\s*"(?:\$\{\w+:-)?([^"}]+)', CONFIGURATION.read_text(encoding="utf-8"))
    return os.environ.get("TELERADIOLOGY_AET") or (found[1] if found else "ORTHANC")
