"""The page docs/api.md tells every route with its right and what it takes, and every problem code with its status."""

from __future__ import annotations

import re
from pathlib import Path

from teleradiology.web.api import ROUTES
from teleradiology.web.api.route import PUBLIC, Route
from teleradiology.web.problems import STATUSES
from teleradiology.workflow.reporting import ReportAltered

PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")


def taken(route: Route) -> str:
    model = route.body or route.query
    fields = model.model_fields.items() if model else ()
    return ", ".join(f"`{name}`{'' if field.is_required() else '?'}" for name, field in fields)


def test_every_route_stands_on_the_page_as_it_is_and_no_other():
    rows = re.findall(r"^\| `(GET|POST|PUT|DELETE) (api/\S+)` \| ([^|]+) \| ([^|]*) \| \S", PAGE, re.MULTILINE)
    described = {(method, f"/{path}", right, takes.strip()) for method, path, right, takes in rows}
    there = {(route.method, route.path, "public" if route.right == PUBLIC else route.right, taken(route)) for route in ROUTES}
    assert described == there


def test_every_problem_code_stands_on_the_page_with_its_status():
    codes = {
        (code, int(status))
        for names, status in re.findall(r"^\| ((?:`[a-z-]+`,? ?)+) \| (\d{3}) \|", PAGE, re.MULTILINE)
        for code in re.findall(r"[a-z-]+", names)
    }
    there = {(kind.code, status) for kind, status in STATUSES.items() if kind.code != "stale-version"}
    assert codes == there | {("stale-version", 412), (ReportAltered.code, 503)}


def test_every_address_on_the_page_for_integrators_exists(still_site):
    page = (Path(__file__).parents[2] / "docs" / "integrators.md").read_text(encoding="utf-8")
    named = set(re.findall(r"(?:\$ROOM|{ROOM}|`|/teleradiology)/?(api/[\w/.$-]+)", page))
    assert len(named) >= 15
    known = [re.compile(re.sub(r"{\w+}", r"[^/]+", route.path.removeprefix("/")) + "$") for route in ROUTES]
    assert [path for path in named if path != "api/" and not any(pattern.match(path) for pattern in known)] == []


def test_every_metric_on_the_page_for_integrators_exists(still_site):
    page = (Path(__file__).parents[2] / "docs" / "integrators.md").read_text(encoding="utf-8")
    still_site.signed()
    there = still_site.as_("integrator").get("/api/metrics").text
    for name in set(re.findall(r"teleradiology_\w+", page)):
        assert name in there
