"""What is to reach somebody."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from .base import Output


class DeliveryOut(Output):
    """Something that must reach somebody, and how far it has come."""

    id: str
    item: str | None
    report: str | None
    courier: str
    destination: str
    state: Literal["waiting", "delivered", "failed"]
    attempts: int
    due_at: datetime
    last_error: str
    created_at: datetime
    delivered_at: datetime | None


class DeliveryList(Output):
    """Deliveries that were given up, latest first."""

    items: list[DeliveryOut]
    next: None
