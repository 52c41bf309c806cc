"""A real PostgreSQL for tests: Debian's server as an unprivileged user, on a socket in a temporary folder, gone at the end."""

from __future__ import annotations

import atexit
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from pathlib import Path

import psycopg

from teleradiology.store.engine import connect
from teleradiology.store.migrate import to_head
from teleradiology.store.schema import metadata

USER = "postgres"  # made by Debian's package; the server refuses to run as root


@dataclass
class Server:
    """A running server; ``database()`` makes an empty database and tells its address."""

    folder: Path
    process: subprocess.Popen[str]
    _numbers: count[int] = field(default_factory=lambda: count(1))

    def database(self) -> str:
        """A new, empty database as SQLAlchemy wants it named."""
        name = f"test_{next(self._numbers)}"
        with psycopg.connect(host=str(self.folder), user=USER, dbname="postgres", autocommit=True) as c:
            c.execute(f"CREATE DATABASE {name}".encode())
        return f"postgresql+psycopg://{USER}@/{name}?host={self.folder}"

    def stop(self) -> None:
        """Fast shutdown, and the folder goes."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=30)
        if self.process.stderr:
            self.process.stderr.close()
        shutil.rmtree(self.folder)


@cache
def server() -> Server:
    """The server of this process of tests, started when it is first asked for. Fails where PostgreSQL is not installed."""
    started = start()
    atexit.register(started.stop)
    return started


@cache
def migrated() -> str:
    """The address of a database with the tables of this version; ``emptied`` makes it new for the next test."""
    url = server().database()
    made = connect(url)
    to_head(made)
    made.close()
    return url


def emptied() -> str:
    """The migrated database without rows: making a database for every test would take longer than the tests."""
    names = ", ".join(f'"{table.name}"' for table in metadata.sorted_tables)
    emptying = connect(migrated())
    with emptying.engine.begin() as c:
        c.exec_driver_sql(f"TRUNCATE {names}")
    emptying.close()
    return migrated()


def start(*settings: str) -> Server:
    """Start a server. Without further ``settings`` it does not wait for the disk: what it holds is worth nothing."""
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="teleradiology-postgres-"))
    if os.geteuid() == 0:
        account = pwd.getpwnam(USER)
        os.chown(folder, account.pw_uid, account.pw_gid)
    data = folder / "data"
    _run(programs / "initdb", "-D", data, "-U", USER, "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")
    options = settings or ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
    command = [programs / "postgres", "-D", data, "-k", folder, "-c", "listen_addresses=", "-c", "max_connections=120"]
    for option in options:
        command += ["-c", option]
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, cwd="/", **_as_user()
    )
    started = Server(folder, process)
    _await(process)
    return started


def _programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    if not found:
        raise FileNotFoundError("PostgreSQL is not installed: apt-get install postgresql")
    return found[-1]


def _as_user() -> dict[str, object]:
    if os.geteuid() != 0:
        return {}
    return {"user": USER, "group": USER, "extra_groups": []}


def _run(*command: object) -> None:
    subprocess.run([str(part) for part in command], check=True, capture_output=True, cwd="/", **_as_user())


def _await(process: subprocess.Popen[str]) -> None:
    assert process.stderr is not None
    for line in process.stderr:
        if "ready to accept connections" in line:
            os.set_blocking(process.stderr.fileno(), False)
            return
    raise RuntimeError("PostgreSQL ended before it was ready")
