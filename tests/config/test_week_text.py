"""A week's hours are told as a rules file writes them, each span once."""

from __future__ import annotations

from datetime import time

import pytest

from teleradiology.config.calendars_section import week_of
from teleradiology.config.week_text import week_text
from teleradiology.core.calendars import MIDNIGHT

OFFICE, NIGHT, WHOLE = (time(8), time(16)), (time(22), time(6)), (MIDNIGHT, MIDNIGHT)


@pytest.mark.parametrize(
    ("days", "told"),
    [
        (dict.fromkeys((6, 0, 1, 2, 3), (OFFICE,)), "sun-thu 08:00-16:00"),
        (dict.fromkeys((0, 2, 3), (OFFICE,)), "mon, wed-thu 08:00-16:00"),
        (dict.fromkeys((5, 6), (NIGHT,)), "sat-sun 22:00-06:00"),
        (dict.fromkeys(range(7), (NIGHT,)), "mon-sun 22:00-06:00"),
        (dict.fromkeys(range(7), (WHOLE,)), "mon-sun 00:00-24:00"),
        ({4: (WHOLE,), 5: ((MIDNIGHT, time(6)),)}, "fri 00:00-24:00; sat 00:00-06:00"),
        ({0: ((time(8), time(12)), (time(13), time(16, 30)))}, "mon 08:00-12:00, 13:00-16:30"),
        ({0: ((time(18), MIDNIGHT),)}, "mon 18:00-24:00"),
        ({0: (OFFICE,), 1: ((time(9), time(12)),)}, "mon 08:00-16:00; tue 09:00-12:00"),
        ({}, ""),
    ],
)
def test_hours_of_a_week(days, told):
    assert week_text(week_of(days)) == told
