"""How the readers stand at an instant: open work, work done in the shift, and who is there."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import datetime, time
from zoneinfo import ZoneInfo

from ..config.rules_file import RulesFile
from ..core.eligibility import Need, Standing
from ..core.reader import Reader
from ..store import waiting
from ..store.engine import Connection
from ..store.waiting import Work
from . import duties


def of(c: Connection, rules: RulesFile, need: Need) -> dict[str, Standing]:
    """Every reader's standing, as it is in this transaction."""
    counts: dict[str, int] = defaultdict(int)
    weights: dict[str, float] = defaultdict(float)
    for row in waiting.open_work(c):
        counts[row.reader] += row.studies
        weights[row.reader] += row.studies * rules.workload.weight(row.modality, row.body_part)
    done = _done(c, rules, need)
    return {
        name: replace(there, count=counts.get(name, 0), load_weight=weights.get(name, 0.0), counted_today=done.get(name, 0.0))
        for name, there in presence(c, rules, need.at).items()
    }


def presence(c: Connection, rules: RulesFile, now: datetime) -> dict[str, Standing]:
    """Who is there by the roster, without a look at anybody's work."""
    there = duties.standing_of(c, rules, now)
    return {
        name: Standing(duty=there[name].duty, available=there[name].available) if name in there else Standing()
        for name in rules.readers
    }


def _done(c: Connection, rules: RulesFile, need: Need) -> dict[str, float]:
    """The weight of what each reader has done since the shift began; for those without hours, since midnight at the facility."""
    if rules.assigning_of(need.facility).choice.by != "fair-shift":
        return {}
    by_roster = duties.shifts_began(c, rules, need.at)
    beginnings = {
        one.id: waiting.quarter_of(began(one, need, by_roster.get(one.id))) for one in rules.readers.values() if one.active
    }
    found: dict[str, float] = defaultdict(float)
    for row in _since(c, min(beginnings.values(), default=None)):
        if row.reader in beginnings and row.quarter >= beginnings[row.reader]:
            found[row.reader] += row.studies * rules.workload.weight(row.modality, row.body_part)
    return found


def began(reader: Reader, need: Need, by_roster: datetime | None = None) -> datetime:
    """When the shift began whose work is compared; for those without hours midnight at the facility."""
    if not reader.shifts and not reader.on_call:
        return datetime.combine(need.day, time(0), ZoneInfo(need.timezone))
    return by_roster or reader.shift_began(need.at) or need.at  # off duty nothing is compared


def _since(c: Connection, quarter: int | None) -> list[Work]:
    return [] if quarter is None else waiting.done_work(c, waiting.begin_of(quarter))
