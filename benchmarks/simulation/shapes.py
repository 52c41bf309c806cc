"""One chest X-ray list with AI flags: the shape of the published prioritisation study, on assumed parameters.

Only the abstract of Baltruschat et al. 2021 is known (pneumothorax: mean 80.1 -> 35.6 min, maximum 890 -> 1,293, with an
upper limit 979). Arrival profile, capacity, prevalences and error rates here are assumptions; what is compared is ratios to
FIFO on the same arrivals. Minutes.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from heapq import heappop, heappush

from teleradiology.core.dispatch import OWN, Policy, Waiting

# fmt: off
HOURS = (.3, .25, .2, .2, .25, .6, 1.2, 1.6, 1.8, 1.9, 1.9, 1.8, 1.6, 1.6, 1.5, 1.3, 1.1, .9, .8, .7, .6, .5, .45, .4)
# fmt: on
PER_DAY, DAYS = 260, 600
# Findings in order of urgency with assumed prevalences; the first one found decides.
FINDINGS = (
    ("pneumothorax", 0.038),
    ("effusion", 0.20),
    ("infiltrate", 0.15),
    ("congestion", 0.14),
    ("atelectasis", 0.10),
    ("cardiomegaly", 0.13),
    ("mass", 0.03),
    ("foreign object", 0.05),
)
PUBLISHED = {"mean": 35.6 / 80.1, "maximum": 1293 / 890, "maximum with a limit": 979 / 890}


def capacity(minute: float, by_day: float) -> float:
    """Studies read per minute at this time of day."""
    hour = minute // 60 % 24
    return by_day * (1 if 8 <= hour < 17 else 0.45 if 17 <= hour < 22 else 0.18)


@dataclass(frozen=True, slots=True)
class Image:
    """One study.

    Arrival, reading effort (1 is average), whether it shows a pneumothorax, and what the AI said (0 most urgent, 8 nothing).
    """

    at: float
    effort: float
    critical: bool
    flagged: int


def arrivals(false_negatives: float, false_positives: float, seed: int, days: int = DAYS) -> list[Image]:
    """Poisson with the hourly profile."""
    draw, at, images = random.Random(seed), 0.0, []
    average = PER_DAY / 1440
    peak = max(HOURS) / (sum(HOURS) / 24) * average
    while (at := at + draw.expovariate(peak)) < days * 1440:
        if draw.random() > HOURS[int(at // 60) % 24] / max(HOURS):
            continue
        shows = [draw.random() < prevalence for _, prevalence in FINDINGS]
        says = [draw.random() >= false_negatives if has else draw.random() < false_positives for has in shows]
        images.append(Image(at, draw.expovariate(1), shows[0], next((rank for rank, yes in enumerate(says) if yes), 8)))
    return images


def wait_of_critical(
    images: list[Image], by_day: float, key: Callable[[Image, float], object], *, ageing: bool
) -> tuple[float, float]:
    """(mean, maximum) turnaround of the studies that show a pneumothorax, one list, one reader at a time.

    ``key`` smallest first. Without ``ageing`` it does not depend on the time and a heap serves; with it the whole list is
    looked at.
    """
    now, waits, number = 0.0, [], 0
    heap: list[tuple[object, int, Image]] = []
    while number < len(images) or heap:
        if not heap:
            now = max(now, images[number].at)
        while number < len(images) and images[number].at <= now:
            image = images[number]
            heappush(heap, (0 if ageing else key(image, now), number, image))
            number += 1
        if ageing:
            chosen = min(_oldest_of_each_flag(heap), key=lambda entry: (key(entry[2], now), entry[1]))
            heap.remove(chosen)
            image = chosen[2]
        else:
            image = heappop(heap)[2]
        now += image.effort / capacity(now, by_day)
        if image.critical:
            waits.append(now - image.at)
    return sum(waits) / len(waits), max(waits)


def _oldest_of_each_flag(entries: list[tuple[object, int, Image]]) -> list[tuple[object, int, Image]]:
    oldest: dict[int, tuple[object, int, Image]] = {}
    for entry in entries:
        known = oldest.get(entry[2].flagged)
        if known is None or entry[1] < known[1]:
            oldest[entry[2].flagged] = entry
    return list(oldest.values())


def by_policy(policy: Policy, limits: tuple[float, ...]) -> Callable[[Image, float], object]:
    """Our dispatcher's value of an image; ``limits`` are the promised turnarounds by flag, 0 to 8."""

    def key(image: Image, now: float) -> float:
        return -policy(Waiting("", image.flagged, image.at, limits[image.flagged], 4.0), now, OWN)

    return key
