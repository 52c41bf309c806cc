"""The hours of a week as a rules file writes them: "sun-thu 08:00-16:00", each span on the day on which it begins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import time
from itertools import groupby

from ..core.calendars import MIDNIGHT, Hours

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Week = Mapping[int, Sequence[Hours]]


def week_text(week: Week) -> str:
    """All of them; days with the same hours together, days without hours left out."""
    days = [(day, told) for day in range(7) if (told := ", ".join(_spans(week, day)))]
    groups = {told: [day for day, hours in days if hours == told] for _, told in days}
    return "; ".join(f"{_named(numbers)} {told}" for told, numbers in groups.items())


def _named(days: Sequence[int]) -> str:
    """Days that follow each other as the first and the last, also over the end of the week."""
    runs = [[day for _, day in run] for _, run in groupby(enumerate(days), lambda each: each[1] - each[0])]
    if len(runs) > 1 and (runs[0][0], runs[-1][-1]) == (0, 6):
        runs = [*runs[1:-1], runs[-1] + runs[0]]
    return ", ".join(_DAYS[run[0]] if len(run) == 1 else f"{_DAYS[run[0]]}-{_DAYS[run[-1]]}" for run in runs)


def _spans(week: Week, day: int) -> list[str]:
    before, after = _over_midnight(week, day - 1), _over_midnight(week, day)
    return [_span(each, after) for each in week.get(day, ()) if each != before]


def _span(hours: Hours, after: Hours | None) -> str:
    end = after.end if after and hours.end == MIDNIGHT else hours.end
    return f"{_clock(hours.start)}-{_clock(end) if end != MIDNIGHT else '24:00'}"


def _over_midnight(week: Week, day: int) -> Hours | None:
    """The hours of the next morning that go on from the evening of a day; none from or into a day that is open throughout."""
    evening = next((each for each in week.get(day % 7, ()) if each.end == MIDNIGHT), None)
    morning = next((each for each in week.get((day + 1) % 7, ()) if each.start == MIDNIGHT), None)
    if evening is None or morning is None or morning.end == MIDNIGHT or morning.end > evening.start:
        return None
    return morning


def _clock(at: time) -> str:
    return at.isoformat("seconds" if at.second else "minutes")
