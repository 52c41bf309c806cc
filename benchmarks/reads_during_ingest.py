"""B14: eight readers page through the worklist while four associations send images.

Ingest with and without them, pages with and without ingest.
"""

from __future__ import annotations

import argparse
import http.client
import sys
import tempfile
import threading
import time
from pathlib import Path
from statistics import quantiles

from ingest import Server, by_c_store, empty, objects, ours
from machine import conditions
from tables import table, verdict

PAGE = "/teleradiology/api/worklist?limit=50"
READERS, SENDERS = 8, 4
PAUSE = 0.25  # seconds between two pages of one reader: each is still forty times as eager as the page's own refresh


def page_until(stop: threading.Event, server: Server, times: list[float]) -> None:
    """One reader."""
    connection = http.client.HTTPConnection("127.0.0.1", server.http, timeout=60)
    while not stop.is_set():
        began = time.perf_counter()
        connection.request("GET", PAGE, headers=server.headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise SystemExit(f"the worklist answered {answer.status}")
        times.append(1000 * (time.perf_counter() - began))
        stop.wait(PAUSE)


class Readers:
    """Eight readers while the block runs; ``times`` are the milliseconds of each page."""

    def __init__(self, server: Server):
        self.times: list[float] = []
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=page_until, args=(self._stop, server, self.times)) for _ in range(READERS)]

    def __enter__(self) -> Readers:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()


def sent(server: Server, paths: list[Path]) -> float:
    """Seconds to send everything; the server is emptied afterwards."""
    began = time.perf_counter()
    by_c_store(server, paths, SENDERS)
    seconds = time.perf_counter() - began
    empty(server)
    return seconds


def p99(times: list[float]) -> float:
    return quantiles(times, n=100)[-1]


def main() -> None:
    """Print the table; exit 1 when a goal is missed."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--count", type=int, default=2000)
    chosen = options.parse_args()
    alone, together, busy, quiet = [], [], [], []
    with tempfile.TemporaryDirectory() as place:
        paths = objects(Path(place) / "objects", count=chosen.count, studies=4, series=4, edge=64, run="reads")
        server = ours(Path(place) / "ours")
        try:
            sent(server, paths)  # warms up; not counted
            with Readers(server) as readers:
                time.sleep(5)
            quiet = readers.times
            for _ in range(chosen.rounds):
                alone.append(sent(server, paths))
                with Readers(server) as readers:
                    together.append(sent(server, paths))
                busy += readers.times
        finally:
            server.stop()
    ratio = sum(alone) / sum(together)
    rows = [
        ["page p99 during ingest, ms", f"{p99(busy):.1f}", "<= 25", verdict(p99(busy) <= 25)],
        ["page p99 without ingest, ms", f"{p99(quiet):.1f}", "", ""],
        ["page p99, during / without", f"{p99(busy) / p99(quiet):.1f}", "", ""],
        ["ingest, with readers / without", f"{ratio:.2f}", ">= 0.9", verdict(ratio >= 0.9)],
    ]
    print(table(f"B14 {READERS} readers while {SENDERS} associations send", ["", "measured", "goal", ""], rows, conditions()))
    sys.exit(0 if ratio >= 0.9 and p99(busy) <= 25 else 1)


if __name__ == "__main__":
    main()
