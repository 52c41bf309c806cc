"""A teleradiology day.

10,000 studies from 186 sites, 150 readers, peaks, a night, a site that floods, a reader who leaves.

Every study is decided by the real rules (loaded from a generated rules file with 1,000 rules), its readers are judged by the
real eligibility code (subspecialty, licence, shift, modality) and the real dispatcher pairs studies with free readers. Times
are minutes since midnight UTC of the day.
"""

from __future__ import annotations

import math
import random
import time as clock
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from teleradiology.config import rules_file
from teleradiology.core import dispatch
from teleradiology.core.dispatch import Fit, Policy, Waiting
from teleradiology.core.facts import StudyFacts
from teleradiology.core.readers import Need, Reader, reasons_against
from teleradiology.core.workload import Workload

from . import spread
from .model import Case, Read, ReadingRoom

SITES, READERS, STUDIES, RULES = 186, 150, 10_000, 1_000
START = datetime(2026, 3, 2, tzinfo=UTC)  # a Monday
ZONES = {"LY": "Africa/Tripoli", "EG": "Africa/Cairo", "AE": "Asia/Dubai"}
# modality, description, subspecialty, share of studies, share of STAT, mean reading time in minutes by an own-subspecialty reader
KINDS = (
    ("CT", "CT HEAD", "neuro", 0.16, 0.45, 8.0),
    ("MR", "MR BRAIN", "neuro", 0.07, 0.10, 14.0),
    ("CT", "CT ABDOMEN", "body", 0.17, 0.35, 14.0),
    ("US", "US ABDOMEN", "body", 0.06, 0.10, 6.0),
    ("CT", "CT CHEST", "chest", 0.09, 0.30, 11.0),
    ("CR", "XR CHEST", "chest", 0.25, 0.10, 2.5),
    ("CR", "XR ANKLE", "msk", 0.15, 0.05, 2.5),
    ("MR", "MR KNEE", "msk", 0.05, 0.01, 12.0),
)
REGIONS = {"CT HEAD": "HEAD", "MR BRAIN": "HEAD", "CT ABDOMEN": "ABDOMEN", "US ABDOMEN": "ABDOMEN", "CT CHEST": "CHEST"}
REGIONS |= {"XR CHEST": "CHEST", "XR ANKLE": "ANKLE", "MR KNEE": "KNEE"}
PARTS = {(kind[0], kind[2]): REGIONS[kind[1]] for kind in KINDS}  # modality and subspecialty name the kind
SUBSPECIALTIES = ("neuro", "body", "chest", "msk")
LIMITS = {"stat": 60.0, "routine": 1440.0}
SPREAD = 0.5
# fmt: off
HOURS = (.5, .4, .35, .35, .4, .5, .7, 1.0, 1.3, 1.5, 1.6, 1.55, 1.45, 1.4, 1.4, 1.35, 1.3, 1.25, 1.2, 1.1, 1.0, .9, .75, .6)
# fmt: on
FLOODING_SITE, FLOOD_AT, FLOOD = 7, 600.0, 200  # the site sends its backlog of 200 routine studies within ten minutes
LEAVER, LEAVES_AT = "reader-000", 720.0


def rules_text() -> str:
    """A rules file of the size that large groups have: every site with rules of its own before the general ones."""
    lines = ["version: 1", "priorities:", "  stat: {turnaround: 1h}", "  routine: {turnaround: 24h}", "facilities:"]
    for site in range(SITES):
        country = country_of(site)
        lines += [
            f"  site-{site:03d}:",
            f"    name: Site {site:03d}",
            f"    calling_aets: [SITE_{site:03d}]",
            f"    jurisdiction: {country}",
            f"    timezone: {ZONES[country]}",
        ]
    lines.append("readers:")
    for number in range(READERS):
        lines += _reader_lines(number)
    lines += ["workload:", "  values:"]  # as the table is meant: reading minutes over those of a chest radiograph
    for modality, description, _, _, _, reading in KINDS:
        lines.append(f"    - {{modality: {modality}, body_part: {REGIONS[description]}, weight: {reading / 2.5:.2f}}}")
    lines.append("rules:")
    for number in range(RULES - len(SUBSPECIALTIES) * 2 - 1):
        site, kind = number % SITES, KINDS[number // SITES % len(KINDS)]
        lines += [
            f"  - name: site {site:03d} {kind[1].lower()} {number}",
            f"    when: {{facility: site-{site:03d}, modality: {kind[0]}, "
            f"study_description: {{contains: '{kind[1]} RESEARCH {number}'}}}}",
            "    then: {priority: routine}",
        ]
    for subspecialty in SUBSPECIALTIES:
        names = ", ".join(sorted({kind[1] for kind in KINDS if kind[2] == subspecialty}))
        lines += [
            f"  - name: {subspecialty} stat",
            f"    when: {{study_description: [{names}], requested_priority: STAT}}",
            f"    then: {{priority: stat, subspecialty: {subspecialty}}}",
            f"  - name: {subspecialty}",
            f"    when: {{study_description: [{names}]}}",
            f"    then: {{priority: routine, subspecialty: {subspecialty}}}",
        ]
    lines += ["  - name: everything else", "    then: {priority: routine, subspecialty: body}"]
    return "\n".join(lines) + "\n"


def country_of(site: int) -> str:
    """Sites by country."""
    return "LY" if site < SITES * 0.5 else "EG" if site < SITES * 0.8 else "AE"


def _reader_lines(number: int) -> list[str]:
    """A primary and a second subspecialty.

    Licences in two or three countries; one of six shifts, the last of them by night.
    """
    first = SUBSPECIALTIES[_primary(number)]
    second = SUBSPECIALTIES[(_primary(number) + 1 + number // 7 % 3) % 4]
    countries = [("LY", "EG", "AE"), ("LY", "EG"), ("LY", "AE"), ("LY", "EG", "AE")][number % 4]
    start, end = SHIFTS[number % len(SHIFTS)]
    licences = ", ".join(f"{{jurisdiction: {country}, until: 2027-12-31}}" for country in countries)
    return [
        f"  reader-{number:03d}:",
        f"    name: Reader {number:03d}",
        f"    subspecialties: [{first}, {second}]",
        f"    licences: [{licences}]",
        f"    shifts: [{{days: [mon, tue, wed, thu, fri, sat, sun], from: '{start}', to: '{end}', timezone: UTC}}]",
    ]


# Eight-hour shifts: more readers by day, a night watch.
SHIFTS = (("07:00", "15:00"), ("09:00", "17:00"), ("10:00", "18:00"), ("13:00", "21:00"), ("15:00", "23:00"), ("23:00", "07:00"))


def _primary(number: int) -> int:
    """Subspecialties in proportion to their work."""
    work = [sum(share * reading for _, _, kind, share, _, reading in KINDS if kind == name) for name in SUBSPECIALTIES]
    place = (number * 0.618033988749895) % 1 * sum(work)
    for index, amount in enumerate(work):
        if place < amount:
            return index
        place -= amount
    return len(work) - 1


@dataclass
class Group:
    """The rules in force, the readers, and what the run remembers of their eligibility."""

    rules: rules_file.RulesFile
    readers: dict[str, Reader]
    suits: dict[tuple[str, str, str, str], Fit | None] = field(default_factory=dict)
    decisions: list[float] = field(default_factory=list)  # seconds each

    @classmethod
    def load(cls) -> Group:
        """From a generated rules file, checked like an administrator's."""
        rules = rules_file.load(rules_text(), "day.yaml")
        return cls(rules, dict(rules.readers))

    def fit(self, case: Case, reader: str) -> Fit | None:
        """The real eligibility code. Duty is not asked here: who is off duty is not in the room."""
        country, modality, subspecialty = case.kind
        key = (country, modality, subspecialty, reader)
        if key not in self.suits:
            who = self.readers[reader]
            noon_of_duty = _a_moment_on_duty(who)
            need = Need("site", country, subspecialty, modality, "", noon_of_duty)
            own = who.subspecialties[0] == subspecialty
            self.suits[key] = None if reasons_against(who, need, 0) else dispatch.OWN if own else dispatch.OUTSIDE
        return self.suits[key]

    def decided(self, site: int, modality: str, description: str, stat: bool) -> tuple[str, str]:
        """(priority, subspecialty) by the real rules."""
        facts = StudyFacts(
            facility=f"site-{site:03d}",
            modality=modality,
            modalities=(modality,),
            study_description=description,
            requested_priority="STAT" if stat else "ROUTINE",
        )
        began = clock.perf_counter()
        values = self.rules.ruleset.decide(facts)
        self.decisions.append(clock.perf_counter() - began)
        return values["priority"], values["subspecialty"]


def _a_moment_on_duty(reader: Reader) -> datetime:
    return next(at for hour in range(24) if reader.is_on_duty(at := START + timedelta(hours=hour, minutes=30)))


def cases(group: Group, utilisation: float, seed: int, days: int = 3) -> Iterator[Case]:
    """Studies of ``days`` days; the middle one is counted. The flood and the leaving happen on it."""
    draw = random.Random(seed)
    average = sum(share * reading for _, _, _, share, _, reading in KINDS)
    shorter = utilisation * READERS * 480 / (STUDIES * average)  # reading times scaled so that the readers are this busy
    weights = [draw.paretovariate(1.5) for _ in range(SITES)]
    rate = STUDIES / 1440 * max(HOURS) / (sum(HOURS) / 24)
    events: list[tuple[float, int, bool]] = []
    at = 0.0
    while (at := at + draw.expovariate(rate)) < days * 1440:
        if draw.random() < HOURS[int(at // 60) % 24] / max(HOURS):
            events.append((at, draw.choices(range(SITES), weights)[0], False))
    events += [(1440 + FLOOD_AT + 10 * n / FLOOD, FLOODING_SITE, True) for n in range(FLOOD)]
    for number, (at, site, flood) in enumerate(sorted(events)):
        modality, description, subspecialty, _, stat_share, reading = draw.choices(KINDS, [kind[3] for kind in KINDS])[0]
        stat = not flood and draw.random() < stat_share
        priority, decided = group.decided(site, modality, description, stat)
        assert decided == subspecialty
        expected = reading * shorter
        took = draw.lognormvariate(math.log(expected) - SPREAD**2 / 2, SPREAD)
        rank = group.rules.priorities[priority].rank
        limit = group.rules.priorities[priority].turnaround.total_seconds() / 60
        yield Case(Waiting(str(number), rank, at, limit, expected, SPREAD), took, (country_of(site), modality, subspecialty))


def oldest_of_each_kind(waiting: Iterable[Case]) -> Iterable[Case]:
    """No policy here prefers the younger of two cases that differ in nothing but their arrival."""
    oldest: dict[object, Case] = {}
    for case in waiting:
        key = (case.study.rank, case.study.reading, case.kind)
        if key not in oldest or case.study.since < oldest[key].study.since:
            oldest[key] = case
    return oldest.values()


def roster(room: ReadingRoom, group: Group, days: int):  # type: ignore[no-untyped-def]
    """Readers come and go by their shifts, asked every half hour; one leaves in the middle of the counted day."""
    on: set[str] = set()
    for half_hour in range(days * 48 + 96):
        at = START + timedelta(minutes=30 * half_hour)
        gone = room.env.now >= 1440 + LEAVES_AT
        for name, reader in group.readers.items():
            there = reader.is_on_duty(at) and not (gone and name == LEAVER)
            if there and name not in on:
                on.add(name)
                room.come_on(name)
            elif not there and name in on:
                on.discard(name)
                room.go_off(name)
        yield room.env.timeout(30)


def run(group: Group, policy: Policy, stream: Iterable[Case], days: int = 3) -> list[Read]:
    """The reads of the counted day's studies."""
    room = ReadingRoom([], policy, group.fit, heads=oldest_of_each_kind)
    room.env.process(roster(room, group, days))
    return [read for read in room.run(stream) if 1440 <= read.case.study.since < 2880]


@dataclass(frozen=True)
class Figures:
    """Of one priority, minutes."""

    studies: int
    within: float
    median: float
    mean: float
    percentile95: float
    maximum: float


def figures(reads: list[Read], rank: int) -> Figures:
    """Sum up one priority."""
    times = sorted(read.turnaround for read in reads if read.case.study.rank == rank)
    within = sum(not read.late for read in reads if read.case.study.rank == rank) / len(times)
    return Figures(len(times), within, times[len(times) // 2], sum(times) / len(times), times[int(0.95 * len(times))], times[-1])


@dataclass(frozen=True)
class Loads:
    """Coefficient of variation between readers, without the one who left: of minutes read, and of relative values read."""

    minutes: float
    values: float


def loads(reads: Iterable[Read], table: Workload) -> Loads:
    """By the table of relative values given."""
    minutes: Counter[str] = Counter()
    values: Counter[str] = Counter()
    for read in reads:
        if read.reader != LEAVER:
            _, modality, subspecialty = read.case.kind
            minutes[read.reader] += read.ended - read.began  # type: ignore[assignment]
            values[read.reader] += table.weight(modality, PARTS[modality, subspecialty])  # type: ignore[assignment]
    return Loads(spread.coefficient_of_variation(minutes.values()), spread.coefficient_of_variation(values.values()))
