"""For tests driven by the API's table of routes: an address with nobody's names, a good body, somebody with the right."""

from __future__ import annotations

import re
from typing import Any

from teleradiology.core.identity import RIGHTS
from teleradiology.web.api.route import PUBLIC, SIGNED_IN, Route

NOBODY = {
    "item": "01ARZ3NDEKTSV4RRFFQ69G5FAV",
    "report": "01ARZ3NDEKTSV4RRFFQ69G5FAV",
    "exception": "01ARZ3NDEKTSV4RRFFQ69G5FAV",
    "token": "01ARZ3NDEKTSV4RRFFQ69G5FAV",
    "notice": "01ARZ3NDEKTSV4RRFFQ69G5FAV",
    "delivery": "01ARZ3NDEKTSV4RRFFQ69G5FAV",
    "study": "1.2.3.4.5",
    "username": "nobody-here",
    "code": "no-such-code",
}


def path_of(route: Route) -> str:
    return re.sub(r"{(\w+)}", lambda name: NOBODY[name[1]], route.path)


def who_may(route: Route) -> str:
    """Somebody with the right, preferably one with few others."""
    if route.right in (PUBLIC, SIGNED_IN):
        return "radiologist"
    return next(role for role in ("radiologist", "auditor", "administrator", "facility") if role in RIGHTS[route.right])


def valid_body(route: Route) -> dict[str, Any] | None:
    return valid_body_of(route.handle.__name__)


def valid_body_of(name: str) -> dict[str, Any] | None:
    return {
        "add_findings": {"device": "Example AI", "findings": [{"code": "TEST"}]},
        "assign": {"reader": "dr-salem"},
        "prioritize": {"priority": "stat"},
        "urgency": {"urgency": "stat"},
        "skip": {"reason": "not mine"},
        "hold": {"reason": "no contrast information"},
        "cancel": {"reason": "sent twice"},
        "reopen": {"reason": "new question"},
        "save_draft": {"sections": {"findings": "Clear."}},
        "sign": {"status": "final", "password": "correct horse battery"},
        "addendum": {"sections": {"findings": "More."}, "password": "correct horse battery"},
        "change_account": {"name": "New Name"},
        "create_account": {"username": "new", "password": "correct horse battery", "roles": ["auditor"]},
        "create_token": {"name": "script"},
        "add_exception": {"reader": "dr-salem", "kind": "leave", "start": "2026-12-01T08:00:00Z", "end": "2026-12-02T08:00:00Z"},
        "set_availability": {"available": False},
        "hand_over": {"from_reader": "dr-salem", "reason": "end of the shift"},
        "import_roster": {"format": "csv", "text": "reader,kind,start,end\n"},
        "diff": {"before": "in-force"},
        "rollback": {"digest": "000000"},
        "explain": {"facts": {"modality": "CT"}},
    }.get(name)
