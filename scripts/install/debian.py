"""The Debian packages that are missing, and only those; the services that come with them do not keep running."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from install import commands
from install.trouble import Trouble

SERVE = (
    "orthanc",
    "orthanc-python",
    "orthanc-dicomweb",
    "dcmtk",
    "python3-venv",
    "ca-certificates",
    "libpango-1.0-0",
    "libpangoft2-1.0-0",
    "libharfbuzz-subset0",
    "fonts-droid-fallback",
)
TEST = ("chromium", "openssl", "postgresql", "poppler-utils")
NODE = ("nodejs", "npm")
# Services that Debian starts when their package is installed; ours listen on the ports they would take.
SERVICES = {"orthanc": "orthanc", "postgresql": "postgresql"}


def install(packages: Sequence[str]) -> None:
    missing = absent(packages)
    if not missing:
        return
    _insist_on_apt(missing)
    print(f"Installing Debian packages (once): {' '.join(missing)}", flush=True)
    failure = f"The Debian packages {' '.join(missing)} could not be installed. {commands.CHECK_NETWORK}"
    environment = {"DEBIAN_FRONTEND": "noninteractive", "APT_LISTCHANGES_FRONTEND": "none"}
    waiting = ["-o", "DPkg::Lock::Timeout=300"]
    commands.run(["apt-get", "-q", *waiting, "update"], failure, extra=environment)
    commands.run(["apt-get", "-q", "-y", *waiting, "install", "--no-install-recommends", *missing], failure, extra=environment)
    for package in SERVICES.keys() & set(missing):
        _switch_off(SERVICES[package])


def absent(packages: Sequence[str]) -> list[str]:
    wanted = [*packages, *(() if shutil.which("node") and shutil.which("npm") else NODE)]
    if not shutil.which("dpkg-query"):
        return wanted
    found = subprocess.run(
        ["dpkg-query", "-W", "-f", "${db:Status-Status} ${Package}\n", *wanted], capture_output=True, text=True, check=False
    ).stdout
    installed = {line.split()[1] for line in found.splitlines() if line.startswith("installed ")}
    return [package for package in wanted if package not in installed]


def _insist_on_apt(missing: Sequence[str]) -> None:
    command = f"apt-get install --no-install-recommends {' '.join(missing)}"
    if not shutil.which("apt-get"):
        raise Trouble(f"Expected Debian 12 or 13 with apt-get; found {_system()}. Use Debian or the container in docker/.")
    if os.geteuid() != 0:
        raise Trouble(
            f"Debian packages are missing and installing them needs root; found an ordinary user. Run once as root: {command}"
        )


def _system() -> str:
    try:
        lines = Path("/etc/os-release").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return "another system"
    return next((line.split("=", 1)[1].strip('"') for line in lines if line.startswith("PRETTY_NAME=")), "another system")


def _switch_off(service: str) -> None:
    """Only for a service that this run has just installed: one that was there before belongs to somebody."""
    if Path("/run/systemd/system").is_dir():
        orders = [["systemctl", "disable", "--now", service]]
    else:
        orders = [["service", service, "stop"], ["update-rc.d", service, "disable"]]
    for order in orders:
        subprocess.run(order, stdin=subprocess.DEVNULL, capture_output=True, check=False)
