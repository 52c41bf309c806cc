"""Writes what the code can tell about the rules file: the tables in docs/rules.md and the JSON schema beside it."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from ..core.body_parts import REGIONS
from ..core.rules import ATTRIBUTES
from ..core.study_facts import ABOUT, KINDS, Kind
from . import schema
from .ai_section import AI
from .assignment_section import ASSIGNMENT
from .calendars_section import CALENDAR
from .clock_sections import LADDER, POLICY, QUIET, STEP
from .completeness_section import COMPLETENESS_RECORD, SERIES_WANTED
from .directory_sections import CODE, FACILITY, PRIORITIES, SUBSPECIALTIES_SECTION
from .examples_section import EXAMPLE
from .matchers import MATCHERS, MATCHERS_OF
from .readers_section import CONFLICTS, LICENCE, READER, RIGHT, SHIFT
from .records import Record
from .rules_file import FILE
from .rules_section import RULE, THEN
from .when import COMPOSITIONS
from .workload_section import VALUE, WORKLOAD

_RECORDS: Mapping[str, Record] = {
    "file": FILE,
    "priority": PRIORITIES.of,
    "subspecialty": SUBSPECIALTIES_SECTION.of,
    "code": CODE,
    "facility": FACILITY,
    "reader": READER,
    "licence": LICENCE,
    "shift": SHIFT,
    "right": RIGHT,
    "conflicts": CONFLICTS,
    "ai": AI,
    "assignment": ASSIGNMENT,
    "workload": WORKLOAD,
    "value": VALUE,
    "calendar": CALENDAR,
    "policy": POLICY,
    "ladder": LADDER,
    "step": STEP,
    "quiet": QUIET,
    "rule": RULE,
    "example": EXAMPLE,
    "completeness": COMPLETENESS_RECORD,
    "series_wanted": SERIES_WANTED,
}
_BLOCK = re.compile(r"(<!-- table: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def tables() -> dict[str, str]:
    """Each table as Markdown, by name."""
    return {name: _record(record) for name, record in _RECORDS.items()} | {
        "facts": _table(("fact", "kind", "what it says"), ((f"`{name}`", KINDS[name], ABOUT[name]) for name in KINDS)),
        "kinds": _table(("kind", "matchers"), ((kind, ", ".join(f"`{each}`" for each in MATCHERS_OF[kind])) for kind in Kind)),
        "matchers": _table(("matcher", "holds when"), ((f"`{name}`", about) for name, about in MATCHERS.items())),
        "compositions": _table(("word", "what stands under it"), ((f"`{name}`", about) for name, about in COMPOSITIONS.items())),
        "attributes": _table(
            ("attribute", "value", "what it does"),
            ((f"`{field.name}`", field.shape.words, ATTRIBUTES[field.name]) for field in THEN.fields),
        ),
        "regions": ", ".join(f"`{region}`" for region in REGIONS) + "\n",
    }


def _record(record: Record) -> str:
    rows = ((f"`{each.name}`", "yes" if each.required else "", each.shape.words, each.about) for each in record.fields)
    return _table(("key", "required", "value", "meaning"), rows)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)


def refreshed(page: str) -> str:
    """The page with its tables as the code tells them now. Raises KeyError for a table that does not exist."""
    current = tables()
    return _BLOCK.sub(lambda block: f"{block[1]}\n{current[block[2]]}\n{block[3]}", page)


def tables_in(page: str) -> list[str]:
    """The names of the tables that the page has."""
    return [block[1] for block in _BLOCK.findall(page)]


def main(docs: Path) -> None:
    """Refresh the files in the documentation's folder."""
    page = docs / "rules.md"
    page.write_text(refreshed(page.read_text(encoding="utf-8")), encoding="utf-8")
    (docs / "worklist_rules.schema.json").write_text(schema.as_text(), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
