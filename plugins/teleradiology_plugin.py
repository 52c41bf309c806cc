"""What Orthanc loads: the only file that imports its module. Everything else is handed it."""

import os
import pathlib
import site
import sys
import time

import orthanc

# Without it every small C-STORE waits for a delayed acknowledgement; DCMTK, and so Orthanc, reads it from the environment.
os.environ.setdefault("TCP_NODELAY", "1")

# A step of the local time, as in spring and autumn, would make Orthanc take every arriving study for complete.
os.environ["TZ"] = "UTC"
time.tzset()

HOME = pathlib.Path(__file__).resolve().parents[1]
VERSION = f"python{sys.version_info.major}.{sys.version_info.minor}"
ENVIRONMENT = pathlib.Path(os.environ.get("TELERADIOLOGY_SITE") or HOME / ".venv")
PACKAGES = ENVIRONMENT / "lib" / VERSION / "site-packages"

if not PACKAGES.is_dir():
    raise SystemExit(f"Teleradiology: {PACKAGES} is missing; Orthanc embeds {VERSION}: run ./serve, or set TELERADIOLOGY_SITE.")
site.addsitedir(str(PACKAGES))

from teleradiology import app  # noqa: E402 -- only now can its dependencies be found

app.start(orthanc, interpreter=ENVIRONMENT / "bin" / "python")
