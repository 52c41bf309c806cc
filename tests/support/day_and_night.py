"""A clinic with two readers, one by day and one by night, for tests that move the clock over their shifts."""

from __future__ import annotations

EVERY_DAY = "[mon, tue, wed, thu, fri, sat, sun]"
_RULES = """\
version: 1
priorities:
  routine: {{turnaround: 240h}}
facilities:
  clinic: {{name: Clinic, calling_aets: [ZLITEN_CT], jurisdiction: XX, timezone: {zone}, languages: [en]}}
readers:
  dr-night: {{name: Dr Night, subspecialties: [general], licences: [{{jurisdiction: XX{until}}}]{more},
    shifts: [{{days: {days}, from: '{start}', to: '{end}', timezone: {zone}}}]}}
  dr-day: {{name: Dr Day, subspecialties: [general], licences: [{{jurisdiction: XX}}],
    shifts: [{{days: {days}, from: '{begin}', to: '{start}', timezone: {zone}}}]}}
rules:
  - name: everything
    then: {{priority: routine, subspecialty: general}}
"""


def rules(zone: str, start: str, end: str, begin: str = "", until: str = "", more: str = "") -> str:
    """The rules file: the night lasts from ``start`` to ``end``, the day begins then or at ``begin``.

    ``until`` is added to the night reader's licence and ``more`` to the night reader, as YAML.
    """
    return _RULES.format(zone=zone, start=start, end=end, begin=begin or end, until=until, more=more, days=EVERY_DAY)
