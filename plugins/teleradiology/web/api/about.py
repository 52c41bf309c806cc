"""The service about itself: the description of the API and the numbers for monitoring."""

from __future__ import annotations

from flask import current_app

from ...workflow.room import Room
from .metrics import MEDIA_TYPE, Metrics
from .route import JSON, SIGNED_IN, Answer, Call, Route


def openapi(room: Room, call: Call) -> Answer:
    """This API as an OpenAPI 3.1 document."""
    return Answer(current_app.extensions["openapi"])


def metrics(room: Room, call: Call) -> Answer:
    """Numbers in Prometheus' text format."""
    found: Metrics = current_app.extensions["metrics"]
    return Answer(found.text(), media_type=MEDIA_TYPE)


ROUTES = (
    Route("GET", "/api/openapi.json", openapi, SIGNED_IN, JSON, cached=True),
    Route("GET", "/api/metrics", metrics, "metrics", MEDIA_TYPE),
)
