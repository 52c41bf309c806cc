"""Inference services tell what they found in a study, and ask what others told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...core.findings import Finding
from ...core.names import clean
from ...workflow import findings
from ...workflow.room import Room
from .models.findings import FindingList, FindingsIn
from .route import Answer, Call, Route
from .shapes import instant


def add_findings(room: Room, call: Call) -> Answer:
    """Tell what a device found in a study; the rules decide again and may raise its priority. Repeating changes nothing."""
    study, body, ai = call.path["study"], call.body, room.rules.current.ai
    told = []
    for each in body.findings:
        words, said = (clean(each.text), clean(each.code)), each.positive is not None
        finding = Finding(study, clean(body.device), *words, clean(body.version), each.score, each.positive is not False)
        told.append(ai.judged(finding, said=said))
    return _answer(findings.record(room, call.who, study, told))


def list_findings(room: Room, call: Call) -> Answer:
    """All that devices suggest about a study, unverified."""
    return _answer(findings.of_study(room, call.who, call.path["study"]))


def _answer(found: Sequence[Finding]) -> Answer:
    return Answer({"findings": [_shape(each) for each in found]})


def _shape(each: Finding) -> dict[str, Any]:
    return {
        "device": each.device,
        "version": each.version,
        "code": each.code,
        "text": each.text,
        "score": each.score,
        "positive": each.positive,
        "source": each.source,
        "sop_instance_uid": each.sop_instance_uid or None,
        "received_at": instant(each.received_at),
    }


ROUTES = (
    Route("GET", "/api/studies/{study}/findings", list_findings, "view", FindingList, cached=True),
    Route("POST", "/api/studies/{study}/findings", add_findings, "findings", FindingList, body=FindingsIn),
)
