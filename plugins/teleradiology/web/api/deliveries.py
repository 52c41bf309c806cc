"""What could not be handed over: seen, and tried again when a person has removed the cause."""

from __future__ import annotations

from typing import Any

from ...store.outbox import Delivery
from ...workflow import delivery as workflow
from ...workflow.room import Room
from .models.deliveries import DeliveryList, DeliveryOut
from .route import Answer, Call, Route
from .shapes import instant


def deliveries(room: Room, call: Call) -> Answer:
    """What was given up after many attempts, latest first."""
    return Answer({"items": [_delivery(each) for each in workflow.given_up(room, call.who)], "next": None})


def retry_delivery(room: Room, call: Call) -> Answer:
    """Try a delivery again, now and from the first attempt."""
    return Answer(_delivery(workflow.retry(room, call.who, call.path["delivery"])))


def _delivery(value: Delivery) -> dict[str, Any]:
    return {
        "id": value.id,
        "item": value.item,
        "report": value.report,
        "courier": value.courier,
        "destination": value.destination,
        "state": value.state,
        "attempts": value.attempts,
        "due_at": instant(value.due_at),
        "last_error": value.last_error,
        "created_at": instant(value.created_at),
        "delivered_at": instant(value.delivered_at),
    }


ROUTES = (
    Route("GET", "/api/deliveries", deliveries, "redeliver", DeliveryList, cached=True),
    Route("POST", "/api/deliveries/{delivery}/retry", retry_delivery, "redeliver", DeliveryOut),
)
