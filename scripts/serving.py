"""./serve: installs what is missing, starts Orthanc with the extension, says where to sign in, and stops it all on Ctrl-C."""

import argparse
import fcntl
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from install import environment, everything
from install.places import HOME
from install.trouble import Trouble
from running import announcement, ports
from running.command import Parser, outcome, port
from running.keeper import Keeper
from running.orthanc import Wanted


def main(arguments: Sequence[str]) -> int:
    options = _options(arguments)
    if options.install_only:
        everything.for_serving()
        return 0
    wanted = Wanted(_data(options.data), options.http_port, options.dicom_port, _rules(options.rules), options.host)
    with _sole_use(wanted.data) as lock:
        ports.insist_free(wanted.http_port, "--http-port")
        ports.insist_free(wanted.dicom_port, "--dicom-port")
        everything.for_serving()
        if options.demo:
            everything.for_demo()
        _note(wanted)
        is_first = not announcement.first_administrator(wanted).exists()
        keeper = Keeper(wanted, lock.fileno())
        if keeper.await_ready():
            announcement.ready(wanted, keeper.log, is_first)
            if options.demo:
                _load_demo(wanted)
            print("Stop with Ctrl-C.", flush=True)
        return keeper.wait()


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = Parser(prog="./serve", description="Start Orthanc Teleradiology. The first start installs what is missing.")
    parser.add_argument("--data", metavar="DIR", default=HOME / "data", help="studies and worklist (default: data)")
    parser.add_argument("--http-port", metavar="N", type=port, default=8042, help="port of the pages and the API (default: 8042)")
    parser.add_argument("--dicom-port", metavar="N", type=port, default=4242, help="port for C-STORE (default: 4242)")
    parser.add_argument(
        "--rules", metavar="FILE", default=HOME / "worklist_rules.yaml", help="the rules file (default: worklist_rules.yaml)"
    )
    parser.add_argument(
        "--host",
        metavar="ADDRESS",
        default="127.0.0.1",
        help="open the pages to other machines, under this name or address (default: this machine only)",
    )
    parser.add_argument("--install-only", action="store_true", help="install what is missing and start nothing")
    parser.add_argument("--demo", action="store_true", help="add demonstration accounts and studies")
    options = parser.parse_args(arguments)
    if options.http_port == options.dicom_port:
        parser.error(f"--http-port and --dicom-port were expected to differ; found {options.http_port} for both")
    return options


def _data(folder: str | Path) -> Path:
    path = Path(folder).expanduser().absolute()
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)  # patients' data: for the service's user alone
        (path / "logs").mkdir(exist_ok=True)
    except OSError as error:
        raise Trouble(
            f"The data folder {path} was expected to be a folder that can be written to; found: {error.strerror}. "
            "Choose another: ./serve --data DIR"
        ) from None
    return path


def _rules(file: str | Path) -> Path:
    path = Path(file).expanduser().absolute()
    if not path.is_file():
        raise Trouble(f"The rules file was expected at {path}; found no file there. Name another: ./serve --rules FILE")
    return path


def _note(wanted: Wanted) -> None:
    """For ./teleradiology, which is told the data folder only."""
    note = {"http_port": wanted.http_port, "dicom_port": wanted.dicom_port, "rules": str(wanted.rules)}
    (wanted.data / "serving.json").write_text(json.dumps(note) + "\n", encoding="utf-8")


def _sole_use(data: Path) -> TextIO:
    """The lock is handed on to Orthanc: it holds for as long as any process still uses the folder."""
    lock = (data / ".lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Trouble(
            f"The data folder {data} was expected to be unused; found another ./serve that uses it. "
            "Stop that one or choose another folder: ./serve --data DIR"
        ) from None
    return lock


def _load_demo(wanted: Wanted) -> None:
    """A demo that cannot be loaded is told, and does not stop the service."""
    command = [str(environment.PYTHON), "-m", "teleradiology", "demo", "load", "--data", str(wanted.data)]
    done = subprocess.run(command, env=wanted.command_line_environment(), stdin=subprocess.DEVNULL, check=False)
    if done.returncode:
        print("The demonstration data could not be loaded; the service runs without it.", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(outcome(lambda: main(sys.argv[1:])))
