"""The filter on every route: closed when in doubt."""

from __future__ import annotations

from typing import Any

import pytest

from teleradiology.core.identity import Actor, Role
from teleradiology.host.callers import Callers
from teleradiology.host.gate import Gate
from teleradiology.host.inlet import HEADER, Inlet
from teleradiology.host.notebook import Notebook
from teleradiology.host.passes import Lately, Pass

ADMIN = Actor("admin", frozenset({Role.ADMINISTRATOR}))
CLINIC = Actor("clinic", frozenset({Role.FACILITY}), facility="clinic-a")
GET, POST, PUT, DELETE = 1, 2, 3, 4
INLET = Inlet("http://127.0.0.1:9")


class StandInPasses:
    """Knows one person, and which studies are whose."""

    def __init__(self, actor: Actor | Exception | None):
        self.actor = actor

    def of(self, headers: Any, origin: str) -> Pass:
        if isinstance(self.actor, Exception):
            raise self.actor
        return Pass(self.actor)

    def is_of(self, facility: str, study_uid: str) -> bool:
        return (facility, study_uid) == ("clinic-a", "1.2.3")


def admitted(actor: Actor | Exception | None, method: int, path: str, base_url: str = "", **headers: str) -> bool:
    named = {"host": "127.0.0.1:8042", **{name.replace("_", "-"): value for name, value in headers.items()}}
    gate = Gate(StandInPasses(actor), Callers(), Notebook(), INLET, base_url)  # type: ignore[arg-type]
    return gate.callback(path, method=method, ip="192.0.2.1", headers=named, get={})


@pytest.mark.parametrize("path", ["/teleradiology", "/teleradiology/", "/teleradiology/api/status", "/"])
def test_our_own_routes_look_after_themselves(path: str) -> None:
    assert admitted(None, GET, path)


@pytest.mark.parametrize("path", ["/teleradiologyx", "/studies", "/studies/", "//", "/teleradiolog"])
def test_other_routes_need_an_identity(path: str) -> None:
    assert admitted(None, GET, path) is (path == "//")


def test_an_administrator_may_read_and_write() -> None:
    assert admitted(ADMIN, GET, "/studies")
    assert admitted(ADMIN, POST, "/tools/find", authorization="Basic x")
    assert admitted(ADMIN, DELETE, "/studies/x", authorization="Basic x", content_length="0")


@pytest.mark.parametrize("failure", [ValueError("CANARY"), RuntimeError(), OSError()])
def test_a_request_that_cannot_be_judged_is_refused(failure: Exception, caplog: pytest.LogCaptureFixture) -> None:
    assert not admitted(failure, GET, "/studies")
    assert "CANARY" not in caplog.text


def test_a_request_of_an_unknown_shape_is_refused() -> None:
    gate = Gate(StandInPasses(ADMIN), Callers(), Notebook(), INLET)  # type: ignore[arg-type]
    assert not gate.callback("/studies")
    assert not gate.callback("/studies", method=9, headers={}, ip="")


@pytest.mark.parametrize(
    ("headers", "passes"),
    [
        ({"cookie": "teleradiology=x"}, False),
        ({"cookie": "teleradiology=x", "sec_fetch_site": "same-origin"}, True),
        ({"cookie": "teleradiology=x", "origin": "http://127.0.0.1:8042"}, True),
        ({"cookie": "teleradiology=x", "origin": "http://127.0.0.1:9999"}, False),
        ({"cookie": "teleradiology=x", "origin": "http://evil.test", "sec_fetch_site": "same-origin"}, False),
        ({"cookie": "teleradiology=x", "sec_fetch_site": "cross-site"}, False),
        ({"cookie": "teleradiology=x", "sec_fetch_site": "none"}, False),
        ({"cookie": "teleradiology=x", "origin": "null"}, False),
        ({"authorization": "Basic x"}, True),
        ({"authorization": "Bearer x"}, True),
        ({"authorization": "Basic x", "sec_fetch_site": "cross-site"}, False),
        ({"authorization": "Basic x", "origin": "http://evil.test"}, False),
    ],
)
def test_a_write_comes_from_our_own_page_or_from_a_script(headers: dict[str, str], passes: bool) -> None:
    assert admitted(ADMIN, POST, "/instances", **headers) is passes


def test_behind_a_proxy_the_address_that_users_type_is_ours() -> None:
    headers = {"cookie": "teleradiology=x", "origin": "https://pacs.example.org"}
    assert admitted(ADMIN, POST, "/instances", "https://pacs.example.org/", **headers)
    assert not admitted(ADMIN, POST, "/instances", **headers)


def test_a_facility_reads_its_own_studies_alone() -> None:
    assert admitted(CLINIC, GET, "/dicom-web/studies/1.2.3/metadata")
    assert not admitted(CLINIC, GET, "/dicom-web/studies/1.2.4/metadata")


def test_refusals_are_noted_without_the_address() -> None:
    notebook = Notebook()
    gate = Gate(StandInPasses(CLINIC), Callers(), notebook, INLET)  # type: ignore[arg-type]
    for path in ("/studies/CANARY", "/studies/x", "/CANARY/x"):
        gate.callback(path, method=GET, ip="192.0.2.1", headers={}, get={})
    noted = {(entry.username, entry.origin, entry.what): count for entry, count in notebook._counts.items()}
    assert noted == {("clinic", "192.0.2.1", "GET /studies"): 2, ("clinic", "192.0.2.1", "GET /…"): 1}


def test_what_we_store_ourselves_is_let_in_without_an_account(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, str, str]] = []
    monkeypatch.setattr(Inlet, "admits", lambda self, method, path, headers, ip: asked.append((method, path, ip)) or True)
    assert admitted(None, POST, "/instances/")
    assert asked == [("POST", "/instances", "192.0.2.1")]


def test_a_guessed_secret_opens_nothing() -> None:
    assert not admitted(None, POST, "/instances", **{HEADER: "guess"})


def test_an_answer_is_believed_for_some_seconds() -> None:
    at, asked = [0.0], []
    lately: Lately[str, bool] = Lately(5.0, lambda: at[0])

    def ask() -> bool:
        asked.append(at[0])
        return False

    for at[0] in (0.0, 4.9, 5.1, 6.0):
        assert lately.get("key", ask) is False
    assert asked == [0.0, 5.1]


def test_what_could_not_be_asked_is_asked_again() -> None:
    lately: Lately[str, int] = Lately()
    with pytest.raises(ZeroDivisionError):
        lately.get("key", lambda: 1 // 0)
    assert lately.get("key", lambda: 7) == 7
