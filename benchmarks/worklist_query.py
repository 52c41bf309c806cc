"""B5: a page of the worklist over REST with 10,000 to 1,000,000 studies ever read, beside Orthanc's own /tools/find.

Two thousand studies are open, the rest are completed. The servers with each number run side by side and are asked in turn, so
that the ratio of a round is of the same minute. Bare Orthanc holds fewer studies: its answer grows with their number.
"""

from __future__ import annotations

import argparse
import http.client
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from ingest import BARE, Server, by_post, objects, ours, plain
from machine import conditions
from support.live_orthanc import HOME
from tables import table, verdict
from teleradiology.store import listing
from teleradiology.store.engine import Store, connect
from teleradiology.store.listing import Filters
from teleradiology.store.migrate import to_head
from teleradiology.store.seal import seal_of

OPEN = 2000
PAGES = {
    "subspecialty": ("&subspecialty=neuro", Filters(subspecialty="neuro")),
    "everything open": ("", Filters()),
    "unassigned": ("&state=unassigned", Filters(state=("unassigned",))),
    "search": ("&q=number+777", Filters(q="number 777")),
    "completed": ("&state=completed", Filters(state=("completed",))),
}


# Made by SQL, because a million acts would take an hour. The studies are marked as missing: Orthanc does not have them.
FILL = """
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :count)
INSERT INTO items (id, version, state, orthanc_id, study_instance_uid, facility, priority, rank, turnaround_seconds, due_at,
  order_key, paused_seconds, subspecialty, reader, patient_id, patient_name, accession_number, description, modalities,
  body_part, study_at, search, received_at, changed_at, closed_at, missing_since, facts)
SELECT printf('%026d', i), 3,
  CASE WHEN i >= :open THEN 'completed' WHEN i % 4 = 0 THEN 'assigned' ELSE 'unassigned' END,
  printf('%08x-00000000-00000000-00000000-00000000', i), '1.2.826.0.1.3680043.8.498.' || i, 'site-' || (i % 20),
  CASE i % 10 WHEN 0 THEN 'stat' WHEN 1 THEN 'urgent' ELSE 'routine' END, CASE i % 10 WHEN 0 THEN 0 WHEN 1 THEN 1 ELSE 2 END,
  86400, :now + ((i * 7919) % 86400) * 1000000, :now + ((i * 7919) % 86400) * 1000000, 0,
  CASE i % 4 WHEN 0 THEN 'neuro' WHEN 1 THEN 'chest' WHEN 2 THEN 'msk' ELSE 'general' END,
  CASE WHEN i % 4 = 0 OR i >= :open THEN 'reader-' || (i % 15) ELSE '' END,
  'P' || i, 'NUMBER^' || i, 'ACC' || i, 'CT HEAD WITHOUT CONTRAST', 'CT', 'HEAD', '2026-01-01T12:00:00',
  'number ' || i || ' p' || i || ' acc' || i || ' ct head without contrast', :now, :now,
  CASE WHEN i >= :open THEN :now + i END, :now, :facts
FROM n
"""

KEPT_ALIVE = 0.5  # seconds after which we do not count on a connection: Orthanc closes idle ones after one


def fill(folder: Path, count: int) -> Path:
    """A database with so many studies where a server will look for it."""
    folder.mkdir(parents=True)
    file = folder / "teleradiology.db"
    store = connect(f"sqlite:///{file}", seal_of(folder))
    to_head(store)
    facts = json.dumps({"modality": "CT", "modalities": ["CT"], "station_names": ["X" * 20], "reason": "y" * 700})
    values = {"count": count, "open": OPEN, "now": int(time.time() * 1_000_000), "facts": facts}
    with store.writing() as c:
        c.exec_driver_sql(FILL, values)
    store.close()
    return file


def asked(server: Server, query: str) -> Callable[[], float]:
    """A page of fifty over one kept-alive connection; each call gives its milliseconds."""
    connection = http.client.HTTPConnection("127.0.0.1", server.http, timeout=60)
    last = 0.0

    def ask() -> float:
        nonlocal last
        if time.monotonic() - last > KEPT_ALIVE:
            connection.close()
            connection.connect()  # not timed: a page that refreshes every ten seconds does this beside other things
        last = time.monotonic()
        began = time.perf_counter()
        connection.request("GET", f"/teleradiology/api/worklist?limit=50{query}", headers=server.headers)
        answer = connection.getresponse()
        body = answer.read()
        took = 1000 * (time.perf_counter() - began)
        if answer.status != 200 or not json.loads(body)["items"]:
            raise SystemExit(f"the worklist answered {answer.status}: {body[:600]!r}")
        return took

    return ask


def found(server: Server) -> Callable[[], float]:
    """Orthanc's own way to fifty studies of a kind; it has no order."""
    connection = http.client.HTTPConnection("127.0.0.1", server.http, timeout=60)
    last = 0.0
    question = json.dumps({"Level": "Study", "Limit": 50, "Expand": True, "Query": {"StudyDescription": "*HEAD*"}})

    def ask() -> float:
        nonlocal last
        if time.monotonic() - last > KEPT_ALIVE:
            connection.close()
            connection.connect()
        last = time.monotonic()
        began = time.perf_counter()
        connection.request("POST", "/tools/find", question)
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise SystemExit(f"/tools/find answered {answer.status}")
        return 1000 * (time.perf_counter() - began)

    return ask


def in_process(store: Store, filters: Filters, times: int = 60) -> float:
    """The database's part: milliseconds of a page, median."""
    took = []
    for _ in range(times):
        began = time.perf_counter()
        with store.reading() as c:
            listing.page(c, filters, None, 50)
        took.append(1000 * (time.perf_counter() - began))
    return median(took)


def p95(values: list[float]) -> float:
    return quantiles(values, n=20)[-1]


def measure(sizes: list[int], chosen: Any, place: Path) -> tuple[dict[int, dict[str, list[float]]], list[float]]:
    """Milliseconds of each page by number of studies, and of /tools/find."""
    servers = {}
    try:
        for size in sizes:
            fill(place / f"{size}" / "data", size)
            servers[size] = ours(place / f"{size}")
        bare = servers[0] = plain(BARE, place / "bare")
        by_post(bare, objects(place / "objects", count=chosen.find, studies=chosen.find, series=1, edge=8, run="find"), 4)
        asks = {size: {name: asked(servers[size], query) for name, (query, _) in PAGES.items()} for size in sizes}
        find = found(bare)
        times: dict[int, dict[str, list[float]]] = {size: {name: [] for name in PAGES} for size in sizes}
        finds: list[float] = []
        for number in range(chosen.rounds + 20):  # the first twenty warm up
            for name in PAGES:
                for size in sizes:
                    took = asks[size][name]()
                    if number >= 20:
                        times[size][name].append(took)
            if number >= 20:
                finds.append(find())
        return times, finds
    finally:
        for server in servers.values():
            server.stop()


def main() -> None:
    """Print the tables; exit 1 when a goal is missed."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    options.add_argument("--rounds", type=int, default=200)
    options.add_argument("--find", type=int, default=2000, help="studies in bare Orthanc")
    chosen = options.parse_args()
    sizes = sorted(chosen.sizes)
    with tempfile.TemporaryDirectory(dir=HOME / "build" if (HOME / "build").is_dir() else None) as folder:
        place = Path(folder)
        times, finds = measure(sizes, chosen, place)
        database = {}
        for size in sizes:
            store = connect(f"sqlite:///{place / f'{size}' / 'data' / 'teleradiology.db'}")
            database[size] = {name: in_process(store, filters) for name, (_, filters) in PAGES.items()}
            store.close()
    least, most = sizes[0], sizes[-1]
    rows = []
    for name in PAGES:
        growth = median(large / small for small, large in zip(times[least][name], times[most][name], strict=True))
        cells = [f"{median(times[size][name]):.2f} / {p95(times[size][name]):.2f} / {database[size][name]:.2f}" for size in sizes]
        rows.append([name, *cells, f"{growth:.2f}"])
    head = ["page of 50", *(f"{size:,} studies" for size in sizes), f"{most:,} / {least:,}"]
    notes = ["milliseconds: median over REST / p95 over REST / median in the database layer alone"]
    print(table("B5 Worklist pages", head, rows, notes))
    growth = median(large / small for small, large in zip(times[least]["subspecialty"], times[most]["subspecialty"], strict=True))
    slow = p95(times[least]["subspecialty"])
    find = median(finds) * 50_000 / chosen.find
    ratio = find / median(times[least]["subspecialty"])
    goals = [
        ["page by subspecialty, p95 in ms", f"{slow:.2f}", "<= 4", verdict(slow <= 4)],
        [f"{most:,} / {least:,} studies", f"{growth:.2f}", "<= 1.2", verdict(growth <= 1.2)],
        [f"/tools/find with {chosen.find:,} studies, ms", f"{median(finds):.1f}", "", ""],
        ["/tools/find scaled to 50,000 / ours", f"{ratio:.0f}", ">= 20", verdict(ratio >= 20)],
    ]
    print(table("B5 Goals", ["", "measured", "goal", ""], goals, conditions()))
    sys.exit(0 if slow <= 4 and growth <= 1.2 and ratio >= 20 else 1)


if __name__ == "__main__":
    main()
