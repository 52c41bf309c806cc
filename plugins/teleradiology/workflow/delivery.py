"""The outbox worker: what must reach somebody is handed to its courier, in order, again and again until it has arrived."""

from __future__ import annotations

import json
import logging
import random
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from ..core.audit import SERIOUS_FAILURE
from ..core.errors import NotFound, Refusal, Told
from ..core.identity import Actor, service
from ..couriers import Courier, Later, Parcel, Rejected, SwitchedOff
from ..couriers.ai import Inference
from ..couriers.email import Email
from ..couriers.pacs import Pacs
from ..couriers.webhook import Webhook
from ..store import audit, bookmarks, items, outbox, reports, watching
from ..store.engine import Connection
from ..store.item import Item
from ..store.outbox import Delivery
from . import renditions, telling
from .acting import permit
from .room import Room

log = logging.getLogger(__name__)
COURIER = service("delivery")
MOST_ATTEMPTS = 12  # over about half a day
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(hours=2)
AT_ONCE = 20
SHORTEST_PAUSE = timedelta(seconds=1)
UNDELIVERED = "undelivered"

# courier -> how to make it for a room
COURIERS: Mapping[str, Callable[[Room], Courier]] = {
    "pacs": lambda room: Pacs(room.host),
    "email": lambda room: Email(room.settings),
    "ai": lambda room: Inference(room.rules.current.ai, room.settings),
    "webhook": lambda room: Webhook(room.settings),
}


def deliver(room: Room, courier: str) -> datetime | None:
    """One look of a courier's own thread: a receiver that is slow delays neither clocks nor the other couriers.

    Returns when to look again.
    """
    arrived = deliver_due(room, courier)
    with room.store.reading() as c:
        following = outbox.next_due(c, courier)
    # What waits for an earlier one to the same receiver is due, and cannot be done.
    soonest = room.now() if arrived else room.now() + SHORTEST_PAUSE
    return max(following, soonest) if following else None


def deliver_due(room: Room, courier: str = "") -> int:
    """Try what is due, once each. Returns how many arrived. One receiver's failure keeps nothing from another one."""
    with room.store.reading() as c:
        due = [delivery for delivery in outbox.due(c, room.now(), AT_ONCE, courier) if _is_first(c, delivery)]
    return sum(_tried(room, delivery) for delivery in due)


def _is_first(c: Connection, delivery: Delivery) -> bool:
    """Whether nothing earlier for the same receiver of the same study is under way: a preliminary must not follow its final.

    What was given up is not waited for, and no mail waits for another: one may be held back by quiet hours.
    """
    if delivery.item is None or delivery.courier == "email":
        return True
    return not any(
        one.id < delivery.id and one.state == "waiting" and _lane(one) == _lane(delivery)
        for one in outbox.of_item(c, delivery.item)
    )


def _lane(delivery: Delivery) -> tuple[str, str]:
    return delivery.courier, delivery.destination


def _tried(room: Room, delivery: Delivery) -> bool:
    try:
        name = _handed_over(room, delivery)
    except Exception as failure:  # noqa: BLE001 - whatever a receiver or a renderer does, the row stays and is tried again
        _note_failure(room, delivery, failure)
        return False
    with room.store.writing() as c:
        now = room.now()
        outbox.mark_delivered(c, delivery, now)
        detail = {"report": delivery.report, "courier": delivery.courier, "destination": delivery.destination, "as": name}
        item = items.get(c, delivery.item) if delivery.item else None
        event = "stored" if delivery.courier == "pacs" else "delivered"
        study = item.study_instance_uid if item else ""
        audit.append(c, event, COURIER, now, item=delivery.item, study=study, detail=detail)
        if item is not None:
            _settle_attention(c, room, item)
            _note_delivered(c, item, now)
    return True


def _note_delivered(c: Connection, item: Item, now: datetime) -> None:
    """When the final report was where it belongs. No act of anybody: the version stays."""
    if item.final_at is None or item.delivered_at is not None:
        return
    if not any(one.report and one.state != "delivered" for one in outbox.of_item(c, item.id)):
        watching.note(c, item.id, delivered_at=now)


def _handed_over(room: Room, delivery: Delivery) -> str:
    courier = COURIERS[delivery.courier](room)
    if delivery.report is None:
        return courier.deliver(_message(room, delivery))
    with room.store.reading() as c:
        signed = reports.get(c, delivery.report) if delivery.report else None
    if signed is None:
        raise Rejected("There is no such report.")
    form = renditions.made(room, signed, courier.form(delivery.destination))
    return courier.deliver(Parcel(delivery.key, delivery.destination, form.media_type, form.body, delivery.payload))


def _message(room: Room, delivery: Delivery) -> Parcel:
    """An event, which is its own document."""
    if delivery.courier == "webhook":
        with room.store.reading() as c:
            if bookmarks.get(c, bookmarks.WEBHOOK_OFF)[1] == room.settings.webhook_url:
                raise SwitchedOff("The receiver of webhooks wants no more; retry one to try whether it does again.")
    body = json.dumps(dict(delivery.payload), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    return Parcel(delivery.key, delivery.destination, "application/json", body, delivery.payload)


def _note_failure(room: Room, delivery: Delivery, failure: Exception) -> None:
    """A refusal's text is ours and says nothing of the patient; of anything else only the kind is kept."""
    error = f"{type(failure).__name__}: {failure.detail}" if isinstance(failure, Refusal) else type(failure).__name__
    attempts = delivery.attempts + 1
    given_up = isinstance(failure, Rejected) or attempts >= MOST_ATTEMPTS
    log.warning("delivery by %s failed, attempt %d: %s", delivery.courier, attempts, error)
    with room.store.writing() as c:
        now = room.now()
        wait = max(wait_after(attempts), failure.wait) if isinstance(failure, Later) else wait_after(attempts)
        again_at = None if given_up else now + wait
        outbox.mark_attempt(c, delivery, error, again_at)
        if again_at is not None:
            _hold_back(c, delivery, again_at)
            return
        item = items.get(c, delivery.item) if delivery.item else None
        detail = {"report": delivery.report, "courier": delivery.courier, "destination": delivery.destination, "error": error}
        study = item.study_instance_uid if item else ""
        audit.append(c, "delivery-failed", COURIER, now, item=delivery.item, study=study, outcome=SERIOUS_FAILURE, detail=detail)
        telling.of_given_up(c, room, delivery.courier, now)
        if isinstance(failure, SwitchedOff):
            bookmarks.put(c, bookmarks.WEBHOOK_OFF, 0, room.settings.webhook_url)
        if item is not None and not item.attention and delivery.report:
            items.change(c, item, now, attention=f"{UNDELIVERED}: {delivery.courier}")


def _hold_back(c: Connection, delivery: Delivery, until: datetime) -> None:
    """What comes after a failed delivery waits with it, instead of being found due and blocked again and again."""
    if delivery.item and delivery.courier != "email":
        for one in outbox.of_item(c, delivery.item):
            if one.state == "waiting" and one.id > delivery.id and _lane(one) == _lane(delivery):
                outbox.postpone(c, one, until)


def wait_after(attempts: int) -> timedelta:
    """The time to the next attempt: 5 s, 10 s, 20 s … 2 h, each up to half longer, so that not all come back at once."""
    wait = min(FIRST_WAIT * 2 ** min(attempts - 1, 20), LONGEST_WAIT)
    return wait * (1 + random.random() / 2)


def _settle_attention(c: Connection, room: Room, item: Item) -> None:
    """When everything has arrived after all, nobody need look."""
    open_ones = [one for one in outbox.of_item(c, item.id) if one.state == "failed"]
    if item.attention.startswith(UNDELIVERED) and not open_ones:
        items.change(c, item, room.now(), attention="")


def given_up(room: Room, actor: Actor) -> list[Delivery]:
    """What was given up and waits for a person."""
    permit(room, actor, "redeliver")
    with room.store.reading() as c:
        return outbox.failed(c)


def retry(room: Room, actor: Actor, delivery_id: str) -> Delivery:
    """A person wants a delivery tried again, now and from the first attempt."""
    permit(room, actor, "redeliver")
    with room.store.writing() as c:
        now, delivery = room.now(), outbox.get(c, delivery_id)
        if delivery is None:
            raise NotFound("There is no such delivery.", told=Told("no-delivery"))
        outbox.retry(c, delivery, now)
        if delivery.courier == "webhook":
            bookmarks.put(c, bookmarks.WEBHOOK_OFF, 0)  # find out whether it takes them again
        item = items.get(c, delivery.item) if delivery.item else None
        detail = {"report": delivery.report, "courier": delivery.courier, "destination": delivery.destination}
        study = item.study_instance_uid if item else ""
        audit.append(c, "delivery-retried", actor, now, item=delivery.item, study=study, detail=detail)
        again = outbox.get(c, delivery_id)
    room.wake()
    assert again is not None
    return again
