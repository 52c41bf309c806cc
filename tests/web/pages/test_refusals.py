"""What readers are refused is said in the language of their page; programs get it in English."""

from __future__ import annotations

import pytest

ARABIC = {"Accept-Language": "ar"}


def refused(client, path: str, headers: dict[str, str] | None = None, **body) -> str:
    answer = client.post(path, json=body, headers=headers or {})
    assert answer.status_code in (403, 409, 422), answer.text
    return answer.json["detail"]


def test_a_study_that_somebody_else_is_reading(site):
    item = site.change(site.study(), state="reading", reader="dr-huda", claimed_by="radiologist-2", claimed_at=site.room.now())
    path = f"/api/worklist/{item.id}/claim"
    assert refused(site.as_("radiologist"), path).startswith("cannot claim while reading by Dr Huda Omar since ")
    told = refused(site.as_("radiologist"), path, ARABIC)
    assert told.startswith("لا يمكن ذلك الآن. الدراسة: قيد القراءة لدى Dr Huda Omar منذ ")


def test_a_licence_that_is_missing_and_a_claim_that_has_lapsed(site):
    reader = site.as_("radiologist")
    lapsed = refused(reader, f"/api/worklist/{site.study().id}/heartbeat", ARABIC)
    assert lapsed.startswith("سقط حجزك. الدراسة: ")


@pytest.mark.parametrize(("headers", "words"), [({}, "Repeat with force"), (ARABIC, "لإسنادها مع ذلك اكتب سبباً")])
def test_a_reader_who_may_not_have_it(site, headers, words):
    item = site.study(study_description="CT stroke")
    told = refused(site.as_("coordinator"), f"/api/worklist/{item.id}/assign", headers, reader="dr-huda")
    assert words in told
    assert "Dr Huda Omar" in told
