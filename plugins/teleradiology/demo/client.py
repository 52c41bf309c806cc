"""The service's own HTTP API, as the demonstration's people use it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests

from ..core.errors import Refusal, Unavailable

TIMEOUT = 60.0
_OURS = "/teleradiology/api/"


class Refused(Refusal):
    """The service refused."""

    code = "refused"

    def __init__(self, status: int, detail: str):
        self.status = status
        super().__init__(detail)


@dataclass(frozen=True)
class Client:
    """One account's way into the service at ``address``, such as ``http://127.0.0.1:8042``."""

    address: str
    username: str
    password: str

    def get(self, path: str) -> Any:
        return self._call("GET", f"{_OURS}{path}")

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        return self._call("POST", f"{_OURS}{path}", body)

    def put(self, path: str, body: Mapping[str, Any]) -> Any:
        return self._call("PUT", f"{_OURS}{path}", body)

    def delete(self, path: str) -> Any:
        return self._call("DELETE", f"{_OURS}{path}")

    def orthanc(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Orthanc's own REST API."""
        return self._call(method, path, body)

    def _call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        session = requests.Session()
        session.trust_env = False  # no proxy stands between us and a service on this machine
        try:
            answer = session.request(method, self.address + path, json=body, auth=(self.username, self.password), timeout=TIMEOUT)
        except requests.RequestException:
            raise Unavailable(f"the service was expected at {self.address}; nothing answers there. Start it: ./serve") from None
        if answer.status_code >= 400:
            if path.startswith(_OURS) and not _is_problem(answer):
                raise self._something_else()
            raise Refused(answer.status_code, f"{method} {path}: {answer.status_code} {_detail(answer)}")
        try:
            return answer.json() if answer.content else None
        except ValueError:
            raise self._something_else() from None

    def _something_else(self) -> Unavailable:
        return Unavailable(f"the service was expected at {self.address}; what answers there is something else")


def _is_problem(answer: requests.Response) -> bool:
    return answer.headers.get("Content-Type", "").startswith("application/problem+json")


def _detail(answer: requests.Response) -> str:
    try:
        document = answer.json()
    except ValueError:
        return ""
    problems = "; ".join(str(problem.get("message", "")) for problem in document.get("problems", ()) if isinstance(problem, dict))
    return " ".join(part for part in (str(document.get("detail", "")), problems) if part)
