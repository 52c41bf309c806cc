"""Small rules files for tests: name the rules that matter, the rest is filled in."""

from __future__ import annotations

import json
from typing import Any

from teleradiology.config.rules_file import RulesFile, load

PRIORITIES = {"stat": {"turnaround": "1h", "warn_after": "50%"}, "urgent": {"turnaround": "4h"}, "routine": {"turnaround": "24h"}}
FACILITIES = {
    "zliten-clinic": {
        "name": "Zliten Clinic",
        "calling_aets": ["ZLITEN_CT"],
        "jurisdiction": "LY",
        "timezone": "Africa/Tripoli",
    }
}
LICENSED = [{"jurisdiction": "LY"}]
READERS = {"dr-salem": {"name": "Dr Salem Ahmed", "subspecialties": ["neuro", "general", "chest"], "licences": LICENSED}}
LAST = {"name": "everything else", "then": {"priority": "routine", "subspecialty": "general"}}


def rule(when: dict[str, Any], name: str = "", **then: Any) -> dict[str, Any]:
    """A rule as it stands in a file."""
    return {"name": name or f"rule {json.dumps(when, ensure_ascii=False)}"[:100], "when": when, "then": then}


def text_of(*rules: dict[str, Any], last: dict[str, Any] | None = None, **sections: Any) -> str:
    """A rules file with these rules before the last; JSON is YAML."""
    content = {"version": 1, "priorities": PRIORITIES, "facilities": FACILITIES, "readers": READERS}
    content |= {"rules": [*rules, last or LAST]} | sections
    return json.dumps({key: value for key, value in content.items() if value is not None}, indent=1, ensure_ascii=False)


def rules_of(*rules: dict[str, Any], **sections: Any) -> RulesFile:
    """The same, loaded."""
    return load(text_of(*rules, **sections))
