"""The audit trail speaks DICOM: every event's codes are in the standard's own dictionary, and the record has one spelling."""

from __future__ import annotations

import hashlib
import hmac
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.sr._cid_dict import cid_concepts
from pydicom.sr._concepts_dict import concepts

from teleradiology.core.audit import EVENTS, EventCode, canonical, linker, record_text

DCM = {code: keyword for keyword, codes in concepts["DCM"].items() for code in codes}
EVENT_ID, SECURITY_ALERT = 400, 403  # context groups of PS3.16
TYPES_OF = {
    "110100": {"ApplicationStart", "ApplicationStop"},
    "110114": {"Login", "Logout"},
    "110113": set(cid_concepts[SECURITY_ALERT]["DCM"]),
}


@pytest.mark.parametrize(("name", "event"), EVENTS.items(), ids=list(EVENTS))
def test_event_ids_are_those_of_the_standard(name: str, event: EventCode) -> None:
    assert DCM[event.id] in cid_concepts[EVENT_ID]["DCM"]
    assert event.action in "CRUDE"
    assert event.meaning


@pytest.mark.parametrize(("name", "event"), EVENTS.items(), ids=list(EVENTS))
def test_event_types_belong_to_their_event(name: str, event: EventCode) -> None:
    if event.type:
        assert DCM[event.type] in TYPES_OF[event.id]
    else:
        assert event.id not in TYPES_OF, "the standard wants a type for this event"


def test_names_are_short_enough_for_their_column() -> None:
    assert max(map(len, EVENTS)) <= 48


texts = st.text(max_size=30)
details = st.dictionaries(
    texts, st.one_of(texts, st.integers(), st.booleans(), st.none(), st.lists(texts, max_size=3)), max_size=4
)


@given(texts, texts, st.none() | texts, texts, details, st.integers(0, 2**60), st.sampled_from((0, 4, 8, 12)))
def test_the_quick_spelling_is_the_canonical_one(actor, origin, item, study, detail, at, outcome) -> None:  # type: ignore[no-untyped-def]
    previous = "0" * 64
    quick = record_text(7, at, "claimed", actor, origin, outcome, item, study, canonical(detail), previous)
    record = {
        "actor": actor,
        "at": at,
        "detail": detail,
        "event": "claimed",
        "item": item,
        "origin": origin,
        "outcome": outcome,
        "previous": previous,
        "seq": 7,
        "study": study,
    }
    assert quick == canonical(record)
    assert json.loads(quick) == record


@given(st.binary(max_size=100), texts)
def test_the_link_is_hmac_sha256(key: bytes, text: str) -> None:
    assert linker(key)(text) == hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def test_a_number_that_json_has_not_is_refused() -> None:
    with pytest.raises(ValueError, match="JSON"):
        canonical({"size": float("nan")})
