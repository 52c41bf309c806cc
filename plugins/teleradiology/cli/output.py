"""What the commands print: text for people, JSON for scripts."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import Any

from ..core.errors import Problem, Refusal


def say(text: str) -> None:
    """Standard output, at once, so that it is in order with what others print."""
    print(text, flush=True)


def say_json(value: Any) -> None:
    say(json.dumps(value, ensure_ascii=False, indent=1, default=str))


def warn(text: str) -> None:
    """Standard error, beside an answer."""
    print(f"warning: {text}", file=sys.stderr)


def complain(refusal: Refusal, form: str) -> None:
    """A refusal with all of its problems: on standard error, as JSON on standard output."""
    if form == "json":
        say_json({"ok": False, "code": refusal.code, "detail": refusal.detail, "problems": problems(refusal.problems)})
        return
    lines = [str(problem) for problem in refusal.problems] or [refusal.detail]
    print("\n".join(lines), file=sys.stderr)


def problems(found: tuple[Problem, ...]) -> list[dict[str, Any]]:
    return [{key: value for key, value in asdict(problem).items() if value not in ("", None)} for problem in found]
