"""Whether a port is free, and who has it when it is not."""

import errno
import re
import socket
from pathlib import Path

from install.trouble import Trouble

LISTENING = "0A"


def insist_free(port: int, option: str) -> None:
    """Tried as Orthanc will open it: on all addresses."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("", port))
        except OSError as error:
            raise Trouble(_why(port, option, error)) from None


def _why(port: int, option: str, error: OSError) -> str:
    if error.errno == errno.EACCES:
        return f"Port {port} needs root; found an ordinary user. Choose a port from 1024 up: ./serve {option} {port + 8000}"
    return (
        f"Port {port} was expected to be free; found it taken by {_owner(port)}. "
        f"Stop that program or choose another port: ./serve {option} {port + 1}"
    )


def _owner(port: int) -> str:
    inodes = {
        fields[9]
        for table in ("tcp", "tcp6")
        for fields in _sockets(table)
        if fields[3] == LISTENING and int(fields[1].rsplit(":", 1)[1], 16) == port
    }
    for process in Path("/proc").glob("[0-9]*"):
        if inodes & _sockets_of(process):
            return f"{(process / 'comm').read_text(encoding='utf-8').strip()} (process {process.name})"
    return "another program"


def _sockets(table: str) -> list[list[str]]:
    try:
        return [line.split() for line in Path("/proc/net", table).read_text(encoding="ascii").splitlines()[1:]]
    except OSError:
        return []


def _sockets_of(process: Path) -> set[str]:
    found = set()
    try:
        for descriptor in (process / "fd").iterdir():
            match = re.fullmatch(r"socket:\[(\d+)\]", str(descriptor.readlink()))
            if match:
                found.add(match[1])
    except OSError:
        pass  # another user's process, or one that has just ended
    return found
