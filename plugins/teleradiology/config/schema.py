"""The rules file's format as JSON schema, so that editors check and complete while the administrator types."""

from __future__ import annotations

import json
from typing import Any

from . import matchers
from .rules_file import FILE
from .when import When


def json_schema() -> dict[str, Any]:
    """The schema, in the draft that yaml-language-server knows best (7)."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Worklist rules",
        "description": "Priorities, facilities, readers and rules of Orthanc Teleradiology. The reference is docs/rules.md.",
        **FILE.schema(),
        "definitions": {"when": When().definition(), **matchers.definitions()},
    }


def as_text() -> str:
    """The schema as it stands in docs/worklist_rules.schema.json."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"
