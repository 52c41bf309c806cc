"""Loaded into a real Orthanc by tests of the host alone: the bridge, pool, gate and guards around a tiny application."""

import json
import os
import pathlib
import site
import sys

import orthanc

HOME = pathlib.Path(__file__).resolve().parents[2]
site.addsitedir(str(HOME / ".venv" / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"))
sys.path[:0] = [str(HOME / "plugins"), str(HOME / "tests")]

from support import probe_app  # noqa: E402 -- only now can it be found

probe_app.start(orthanc, json.loads(orthanc.GetConfiguration()), os.environ)
