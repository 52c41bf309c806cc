"""B6: sixteen readers contend for the same studies, and one is killed in the middle; beside PostgreSQL's SKIP LOCKED.

A claim of ours checks right, facility, state and version, writes the item and its audit record, and is on the disk when it is
answered. The others only mark a row: the ratio says what the rest costs.
"""

from __future__ import annotations

import argparse
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from statistics import quantiles

import psycopg

from machine import conditions
from support import postgres
from support.builders import an_item, radiologist
from support.rooms import TriedRoom, room
from tables import spread, table, verdict
from teleradiology.core.errors import InvalidTransition
from teleradiology.store import audit, items
from teleradiology.workflow import reading

READERS = 16


def by_threads(work: Callable[[int], None], count: int = READERS) -> float:
    """Seconds until all are done."""
    barrier = threading.Barrier(count + 1)

    def run(number: int) -> None:
        barrier.wait()
        work(number)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    barrier.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    return time.perf_counter() - began


def contended(there: TriedRoom, count: int) -> tuple[float, list[float], int]:
    """All readers try all items in the same order: claims per second, milliseconds of each that won, and wrong ends."""
    waiting = [an_item(there).id for _ in range(count)]
    won: list[tuple[str, str]] = []
    times: list[float] = []

    def work(number: int) -> None:
        actor = radiologist("dr-salem", username=f"user-{number}")
        for item in waiting:
            began = time.perf_counter()
            try:
                reading.claim(there, actor, item)
            except InvalidTransition:
                continue
            times.append(1000 * (time.perf_counter() - began))
            won.append((item, actor.username))

    seconds = by_threads(work)
    return count / seconds, times, wrong(there, won, waiting)


def next_cases(there: TriedRoom, count: int) -> tuple[float, int]:
    """Each reader asks for the next case until there is none: cases per second, and wrong ends."""
    waiting = [an_item(there).id for _ in range(count)]
    won: list[tuple[str, str]] = []

    def work(number: int) -> None:
        actor = radiologist("dr-salem", username=f"user-{number}")
        while (item := reading.next_case(there, actor)) is not None:
            won.append((item.id, actor.username))

    seconds = by_threads(work)
    return count / seconds, wrong(there, won, waiting)


def wrong(there: TriedRoom, won: list[tuple[str, str]], waiting: list[str]) -> int:
    """Items that two got, that nobody got, or that are not whose claim was answered."""
    holders = dict(won)
    with there.store.reading() as c:
        kept = {item: items.get(c, item) for item in waiting}
    bad = sum(found is None or found.claimed_by != holders.get(item) for item, found in kept.items())
    return bad + len(won) - len(holders)


KILLED = """\
import sys
from pathlib import Path
from support.builders import radiologist
from support.rooms import room
from teleradiology.workflow import reading

there = room(Path(sys.argv[1]))
for item in sys.stdin.read().split():
    reading.claim(there, radiologist("dr-salem"), item)
    print(item, flush=True)
"""


def lost_by_a_kill(folder: Path, count: int) -> int:
    """Claims that were answered before kill -9 and are not there afterwards."""
    there = room(folder)
    waiting = [an_item(there).id for _ in range(count)]
    there.store.close()
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(" ".join(waiting))
    process.stdin.close()
    answered = [process.stdout.readline().strip() for _ in range(count // 2)]
    process.send_signal(signal.SIGKILL)
    answered += process.stdout.read().split()
    process.wait()
    again = room(folder)
    with again.store.reading() as c:
        lost = sum(items.get(c, item).claimed_by != "dr-salem" for item in answered if len(item) == 26)  # type: ignore[union-attr]
        lost += not audit.verify(c).ok
    again.store.close()
    return lost


def skip_locked(server: postgres.Server, count: int) -> float:
    """Durable claims per second by UPDATE ... FOR UPDATE SKIP LOCKED, four connections: the usual way."""
    where = {"host": str(server.folder), "user": postgres.USER, "dbname": "postgres", "autocommit": True}
    with psycopg.connect(**where) as c:  # type: ignore[arg-type]
        c.execute("DROP TABLE IF EXISTS wl")
        c.execute("CREATE TABLE wl (id INT PRIMARY KEY, state INT, prio INT, due FLOAT, assignee TEXT, body TEXT)")
        c.execute("INSERT INTO wl SELECT i, 0, i %% 3, i, NULL, repeat('x', 300) FROM generate_series(1, %s) i", (count,))
        c.execute("CREATE INDEX open_by_due ON wl (prio, due) WHERE state = 0")
    claim = (
        "UPDATE wl SET state = 1, assignee = %s WHERE id = (SELECT id FROM wl WHERE state = 0 ORDER BY prio, due"
        " LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING id"
    )

    def work(number: int) -> None:
        with psycopg.connect(**where) as c:  # type: ignore[arg-type]
            while c.execute(claim, (f"user-{number}",)).fetchone() is not None:
                pass

    return count / by_threads(work, 4)


def bare_sqlite(file: Path, count: int) -> float:
    """Durable updates of one row a transaction, by sqlite3 alone: the floor of this disk."""
    c = sqlite3.connect(file, isolation_level=None)
    for line in (
        "PRAGMA journal_mode=WAL",
        "PRAGMA synchronous=FULL",
        "CREATE TABLE IF NOT EXISTS t (a INTEGER PRIMARY KEY, b TEXT)",
    ):
        c.execute(line)
    c.execute("INSERT OR REPLACE INTO t VALUES (1, '')")
    began = time.perf_counter()
    for number in range(count):
        c.execute("BEGIN IMMEDIATE")
        c.execute("UPDATE t SET b = ? WHERE a = 1", (f"user-{number}",))
        c.execute("COMMIT")
    rate = count / (time.perf_counter() - began)
    c.close()
    return rate


def main() -> None:
    """Print the table; exit 1 when a claim was doubled or lost, or took too long."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--count", type=int, default=300)
    chosen = options.parse_args()
    claims, nexts, peers, floors, times, bad = [], [], [], [], [], 0
    server = postgres.start("fsync=on")
    try:
        with tempfile.TemporaryDirectory() as place:
            there = room(Path(place) / "contended")
            for number in range(chosen.rounds + 1):
                rate, taken, doubled = contended(there, chosen.count)
                following, mistaken = next_cases(there, chosen.count)
                bad += doubled + mistaken
                peer, floor = skip_locked(server, chosen.count * 5), bare_sqlite(Path(place) / "bare.db", chosen.count * 5)
                if number:  # the first round warms up
                    claims.append(rate)
                    nexts.append(following)
                    peers.append(peer)
                    floors.append(floor)
                    times += taken
            with there.store.reading() as c:
                holds = audit.verify(c).ok
            there.store.close()
            lost = sum(lost_by_a_kill(Path(place) / f"killed-{number}", 100) for number in range(5))
    finally:
        server.stop()
    p99 = quantiles(times, n=100)[-1]
    ratio = [one / other for one, other in zip(claims, peers, strict=True)]
    share = [one / other for one, other in zip(claims, floors, strict=True)]
    lines = [
        [f"claims, {READERS} readers want the same, per second", spread(claims, "{:.0f}"), "", ""],
        [f"next case, {READERS} readers, per second", spread(nexts, "{:.0f}"), "", ""],
        ["SKIP LOCKED, four connections, durable, per second", spread(peers, "{:.0f}"), "", ""],
        ["bare SQLite updates, durable, per second", spread(floors, "{:.0f}"), "", ""],
        ["claims / SKIP LOCKED", spread(ratio), "", ""],
        ["claims / bare SQLite updates", spread(share), "", ""],
        ["claim that won, p99 in ms among sixteen", f"{p99:.1f}", "<= 20", verdict(p99 <= 20)],
        ["double or lost", str(bad), "0", verdict(bad == 0)],
        ["answered and lost by kill -9, five times", str(lost), "0", verdict(lost == 0)],
        ["audit chain holds afterwards", "yes" if holds else "no", "yes", verdict(holds)],
    ]
    print(table("B6 Claims", ["", "measured", "goal", ""], lines, conditions()))
    sys.exit(0 if bad == lost == 0 and holds and p99 <= 20 else 1)


if __name__ == "__main__":
    main()
