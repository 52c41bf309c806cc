"""B12: the audit chain: durable appends beside bare one-row transactions, verification, and every altered byte found."""

from __future__ import annotations

import argparse
import random
import sqlite3
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, select, update

from machine import conditions
from tables import spread, table, verdict
from teleradiology.core.identity import Actor, Role
from teleradiology.store import audit
from teleradiology.store.engine import Store, connect
from teleradiology.store.migrate import to_head
from teleradiology.store.schema import audit as records_of
from teleradiology.store.seal import seal_of

ACTOR = Actor("dr-salem", frozenset({Role.RADIOLOGIST}), origin="192.0.2.17")
STUDY = "1.2.840.113619.2.55.3.604688119.971.1234567890.123"
COLUMNS = ("event", "actor", "origin", "item", "study_instance_uid", "detail", "hash")


def append(store: Store, acts: int, each: int) -> float:
    """Records per second, ``each`` of them in one transaction."""
    now = datetime.now(UTC)
    began = time.perf_counter()
    for _ in range(acts):
        with store.writing() as c:
            for _ in range(each):
                audit.append(c, "claimed", ACTOR, now, item="01" + "A" * 24, study=STUDY, detail={"from": "unassigned"})
    return acts * each / (time.perf_counter() - began)


def bare(file: Path, acts: int) -> float:
    """Transactions per second that insert one row of a record's size, by sqlite3 alone, as durable as ours."""
    c = sqlite3.connect(file, isolation_level=None)
    for line in (
        "PRAGMA journal_mode=WAL",
        "PRAGMA synchronous=FULL",
        "CREATE TABLE IF NOT EXISTS t (a INTEGER PRIMARY KEY, b TEXT)",
    ):
        c.execute(line)
    began = time.perf_counter()
    for _ in range(acts):
        c.execute("BEGIN IMMEDIATE")
        c.execute("INSERT INTO t (b) VALUES (?)", ("x" * 320,))
        c.execute("COMMIT")
    rate = acts / (time.perf_counter() - began)
    c.close()
    return rate


def verify(store: Store) -> float:
    """Records verified per second of CPU."""
    with store.reading() as c:
        began = time.process_time()
        found = audit.verify(c)
        seconds = time.process_time() - began
    if not found.ok:
        raise SystemExit(f"the chain does not hold: {found.reason}")
    return found.count / seconds


def alterations_found(folder: Path, records: int, tries: int, chance: random.Random) -> int:
    """How many of so many single altered characters are named at their own record."""
    store = connect(f"sqlite:///{folder / 'altered.db'}", seal_of(folder / "altered"))
    to_head(store)
    append(store, 1, records)
    found = 0
    with store.writing() as c:
        for _ in range(tries):
            seq, column = chance.randint(1, records), chance.choice(COLUMNS)
            value = c.execute(select(records_of.c[column]).where(records_of.c.seq == seq)).scalar_one()
            place = chance.randrange(len(value))
            other = chance.choice([chr(code) for code in range(33, 127) if chr(code) != value[place]])
            change(c, seq, {column: value[:place] + other + value[place + 1 :]})
            found += audit.verify(c).first_bad_seq == seq
            change(c, seq, {column: value})
    store.close()
    return found


def change(c: Connection, seq: int, values: dict[str, str]) -> None:
    """Past the service, as somebody with a database client would."""
    c.execute(update(records_of).where(records_of.c.seq == seq).values(values))


def main() -> None:
    """Print the table; exit 1 when a goal is missed."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=9)
    options.add_argument("--acts", type=int, default=400)
    options.add_argument("--records", type=int, default=200_000)
    options.add_argument("--alterations", type=int, default=10_000)
    options.add_argument("--seed", type=int, default=20260302)
    chosen = options.parse_args()
    chance = random.Random(chosen.seed)
    ours, rows, verified = [], [], []
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        store = connect(f"sqlite:///{folder / 'audit.db'}", seal_of(folder))
        to_head(store)
        for _ in range(chosen.rounds + 1):
            pair = [("ours", lambda: append(store, chosen.acts, 1)), ("bare", lambda: bare(folder / "bare.db", chosen.acts))]
            chance.shuffle(pair)
            told = {name: run() for name, run in pair}
            ours.append(told["ours"])
            rows.append(told["bare"])
        together = append(store, chosen.records // 1000, 1000)
        verified = [verify(store) for _ in range(5)]
        store.close()
        found = alterations_found(folder, 50, chosen.alterations, chance)
    ours, rows = ours[1:], rows[1:]  # the first round warms up
    ratio = [one / other for one, other in zip(ours, rows, strict=True)]
    good = max(verified) >= 300_000
    lines = [
        ["durable appends, one a transaction, per second", spread(ours, "{:.0f}"), "", ""],
        ["bare one-row transactions, per second", spread(rows, "{:.0f}"), "", ""],
        ["appends / bare transactions", spread(ratio), "", ""],
        ["appends in transactions of 1,000, per second", f"{together:.0f}", ">= 5000", verdict(together >= 5000)],
        ["records verified, per second of CPU", f"{max(verified):.0f}", ">= 300000", verdict(good)],
        ["altered characters found", f"{found} of {chosen.alterations}", "all", verdict(found == chosen.alterations)],
    ]
    print(table("B12 Audit chain", ["", "measured", "goal", ""], lines, [*conditions(), f"seed {chosen.seed}"]))
    sys.exit(0 if good and together >= 5000 and found == chosen.alterations else 1)


if __name__ == "__main__":
    main()
