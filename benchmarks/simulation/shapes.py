"""One chest X-ray list with AI flags: the shape of the published prioritisation study, on assumed parameters.

Only the abstract of Baltruschat et al. 2021 is known (pneumothorax: mean 80.1 -> 35.6 min, maximum 890 -> 1,293, with an
upper limit 979). Arrival profile, capacity, prevalences and error rates here are assumptions; what is compared is ratios to
FIFO on the same arrivals. Minutes.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

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
PUBLISHED_FIFO_MEAN = 80.1
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


Wait = tuple[float, float]  # mean and maximum turnaround of the studies that show a pneumothorax
Choice = Callable[[list[deque[Image]], float], deque[Image]]  # of the lists by flag, none of them empty, at this minute


def _read(images: list[Image], by_day: float, choose: Choice) -> Wait:
    """One list, one reader at a time; the oldest of the chosen flag is read."""
    waiting: list[deque[Image]] = [deque() for _ in range(len(FINDINGS) + 1)]
    now, waits, number, read = 0.0, [], 0, 0
    while read < len(images):
        if read == number:
            now = max(now, images[number].at)
        while number < len(images) and images[number].at <= now:
            waiting[images[number].flagged].append(images[number])
            number += 1
        image = choose([each for each in waiting if each], now).popleft()
        read += 1
        now += image.effort / capacity(now, by_day)
        if image.critical:
            waits.append(now - image.at)
    return sum(waits) / len(waits), max(waits)


def first_come(images: list[Image], by_day: float) -> Wait:
    """The oldest first."""
    return _read(images, by_day, lambda heads, now: min(heads, key=lambda each: each[0].at))


def strict(images: list[Image], by_day: float) -> Wait:
    """What the AI says decides, with no limit on waiting."""
    return _read(images, by_day, lambda heads, now: heads[0])


def by_policy(images: list[Image], by_day: float, policy: Policy, limits: tuple[float, ...]) -> Wait:
    """One of the service's policies; ``limits`` are the promised turnarounds by flag, 0 to 8."""

    def choose(heads: list[deque[Image]], now: float) -> deque[Image]:
        return max(heads, key=lambda each: policy(_waiting(each[0], limits), now, OWN))

    return _read(images, by_day, choose)


def _waiting(image: Image, limits: tuple[float, ...]) -> Waiting:
    return Waiting("", image.flagged, image.at, limits[image.flagged], 4.0)


def calibrated(images: list[Image]) -> float:
    """The capacity at which FIFO has the published mean."""
    low, high = 0.33, 0.45
    for _ in range(12):
        middle = (low + high) / 2
        low, high = (middle, high) if first_come(images, middle)[0] > PUBLISHED_FIFO_MEAN else (low, middle)
    return (low + high) / 2
