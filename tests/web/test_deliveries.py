"""Deliveries over HTTP: what was given up is seen, and tried again by a person."""

from __future__ import annotations

from teleradiology.store import outbox
from teleradiology.web.api.models.deliveries import DeliveryList, DeliveryOut


def test_what_was_given_up_is_seen_and_tried_again(site):
    site.signed()
    coordinator = site.as_("coordinator")
    assert coordinator.get("/api/deliveries").json == {"items": [], "next": None}
    with site.room.store.writing() as c:
        outbox.mark_attempt(c, outbox.due(c, site.clock())[0], "Orthanc does not answer", None)
    listed = coordinator.get("/api/deliveries").json
    DeliveryList.model_validate(listed)
    (failed,) = listed["items"]
    assert (failed["state"], failed["last_error"]) == ("failed", "Orthanc does not answer")
    again = coordinator.post(f"/api/deliveries/{failed['id']}/retry")
    DeliveryOut.model_validate(again.json)
    assert (again.status_code, again.json["state"]) == (200, "waiting")
    assert coordinator.get("/api/deliveries").json["items"] == []


def test_what_is_delivered_is_not_delivered_again(site):
    site.signed()
    with site.room.store.writing() as c:
        delivery = outbox.due(c, site.clock())[0]
        outbox.mark_delivered(c, delivery, site.clock())
    answer = site.as_("coordinator").post(f"/api/deliveries/{delivery.id}/retry")
    assert (answer.status_code, answer.json["code"]) == (409, "invalid-transition")
