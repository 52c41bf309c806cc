"""A day of choices: the work is spread evenly, the same day comes out the same, and nobody's place in the file matters."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random
from statistics import mean, pstdev

from teleradiology.core.readers import Choice, Licence, Need, Reader, Standing, choose
from teleradiology.core.workload import Workload

MORNING = datetime(2026, 3, 2, 6, tzinfo=UTC)
READERS = [Reader(f"dr-{n:02}", f"Dr {n}", subspecialties=("general",), licences=(Licence("LY"),)) for n in range(12)]
KINDS = ("CR", "CR", "CR", "US", "CT", "CT", "MR")
MINUTES = 2.5  # of a study of relative value 1


def day(readers: Iterable[Reader], speed: dict[str, float], choice: Choice, seed: int = 1) -> tuple[list[str], dict[str, float]]:
    """Who got each of 1,500 studies in twelve hours, and how much work everybody got; all read what they have."""
    random, readers, weigh = Random(seed), list(readers), Workload()
    waiting: dict[str, list[float]] = defaultdict(list)
    done: dict[str, float] = defaultdict(float)
    given: dict[str, float] = defaultdict(float)
    chosen: list[str] = []
    times = sorted(random.uniform(0, 720) for _ in range(1500))
    for before, minute in pairwise((0.0, *times)):
        for reader in readers:
            _read(reader.id, (minute - before) / (MINUTES * speed.get(reader.id, 1.0)), waiting, done)
        modality = random.choice(KINDS)
        weight = weigh.weight(modality)
        stand = {one.id: Standing(len(waiting[one.id]), sum(waiting[one.id]), done[one.id]) for one in readers}
        need = Need("site", "LY", "general", modality, "", MORNING + timedelta(minutes=minute))
        reader = choose(readers, need, stand, choice=choice).reader
        assert reader is not None
        waiting[reader].append(weight)
        given[reader] += weight
        chosen.append(reader)
    return chosen, given


def _read(reader: str, work: float, waiting: dict[str, list[float]], done: dict[str, float]) -> None:
    while waiting[reader] and work > 0:
        part = min(work, waiting[reader][0])
        waiting[reader][0] -= part
        done[reader] += part
        work -= part
        if waiting[reader][0] <= 0:
            waiting[reader].pop(0)


def spread(given: dict[str, float]) -> float:
    """The coefficient of variation."""
    return pstdev(given.values()) / mean(given.values())


def test_readers_alike_get_the_same_work():
    _, given = day(READERS, {}, Choice())
    assert len(given) == len(READERS)
    assert spread(given) < 0.02


def test_a_fast_reader_gets_more_but_not_all_that_a_slow_one_leaves():
    speed = {"dr-00": 0.5, "dr-01": 2.0}
    _, fair = day(READERS, speed, Choice())
    _, least = day(READERS, speed, Choice(by="least-work"))
    assert spread(fair) < spread(least)
    assert spread(fair) < 0.10
    assert fair["dr-00"] >= fair["dr-01"]


def test_the_same_day_comes_out_the_same_in_whatever_order_the_readers_stand():
    first, _ = day(READERS, {}, Choice())
    again, _ = day(reversed(READERS), {}, Choice())
    shuffled, _ = day(Random(7).sample(READERS, len(READERS)), {}, Choice())
    assert first == again == shuffled


def test_a_tie_goes_to_who_writes_the_language_and_then_to_the_first_id():
    need = Need("site", "LY", "general", "CT", "ar", MORNING)
    writes = replace(READERS[7], languages=("ar",))
    assert choose([*READERS[:7], writes], need, {}).reader == "dr-07"
    assert choose(READERS[::-1], need, {}).reader == "dr-00"
