"""The Python environment .venv, on the interpreter that Orthanc embeds, from lock files with hashes."""

import re
import shutil
import sys
from pathlib import Path

from install import commands, stamps
from install.places import HOME, REQUIREMENTS, VENV
from install.trouble import Trouble

INTERPRETER = Path("/usr/bin/python3")
PYTHON_PLUGIN = Path("/usr/share/orthanc/plugins/libOrthancPython.so")
PYTHON = VENV / "bin" / "python"
UNFINISHED = VENV / "unfinished"


def embedded_version() -> str:
    """The minor version of Python that Orthanc's plugin is linked to, e.g. 3.11."""
    if not PYTHON_PLUGIN.exists():
        raise Trouble(
            f"Orthanc's Python plugin was expected at {PYTHON_PLUGIN}; found nothing there. "
            "Install it: apt-get install orthanc orthanc-python"
        )
    found = re.search(rb"libpython(3\.\d+)\.so", PYTHON_PLUGIN.read_bytes())
    if found is None:
        raise Trouble(
            f"{PYTHON_PLUGIN} was expected to name its libpython3; it does not. Reinstall it: "
            "apt-get install --reinstall orthanc-python"
        )
    return found[1].decode()


def check_interpreter(version: tuple[int, int] = sys.version_info[:2]) -> None:
    """Called by the interpreter itself: ./serve and ./test run on /usr/bin/python3."""
    ours, embedded = "{}.{}".format(*version), embedded_version()
    if ours != embedded:
        raise Trouble(
            f"Orthanc embeds Python {embedded}, so {INTERPRETER} was expected to be Python {embedded}; found {ours}. "
            f"Install Debian's own python3 ({embedded}) or upgrade orthanc-python."
        )


def install(name: str) -> None:
    """Brings .venv to what requirements/NAME.txt locks."""
    lock = REQUIREMENTS / f"{name}.txt"
    stamp, wanted = VENV / f"stamp-{name}", stamps.digest([lock], embedded_version())
    _discard_unusable()
    if stamps.is_current(stamp, wanted):
        return
    print(f"Installing the Python packages of requirements/{name}.txt (once) ...", flush=True)
    if not PYTHON.exists():
        commands.run([INTERPRETER, "-m", "venv", VENV], "The Python environment .venv could not be made.")
    UNFINISHED.touch()
    commands.run(
        [
            PYTHON,
            "-m",
            "pip",
            "install",
            "--require-hashes",
            "--only-binary",
            ":all:",
            "--no-input",
            "--retries",
            "1",
            "--disable-pip-version-check",
            "--quiet",
            "-r",
            lock,
        ],
        f"The Python packages of {lock.relative_to(HOME)} could not be installed. {commands.CHECK_NETWORK}",
    )
    UNFINISHED.unlink()
    stamps.put(stamp, wanted)


def _discard_unusable() -> None:
    """An environment that an interrupted run left behind, or that another Python made, is made anew."""
    if not VENV.exists():
        return
    if UNFINISHED.exists() or not (VENV / "lib" / f"python{embedded_version()}").is_dir() or not PYTHON.exists():
        print("The Python environment .venv is incomplete or of another Python; making it anew.", flush=True)
        shutil.rmtree(VENV)
