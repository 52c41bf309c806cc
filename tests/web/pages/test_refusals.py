"""What readers are refused is said in the language of their page; programs get it in English."""

from __future__ import annotations

import base64

import pytest

from teleradiology.core.roster_mistakes import MISTAKES
from teleradiology.web.pages import roster_mistakes

ARABIC = {"Accept-Language": "ar"}


def refused(client, path: str, headers: dict[str, str] | None = None, **body) -> str:
    answer = client.post(path, json=body, headers=headers or {})
    assert answer.status_code in (403, 409, 422), answer.text
    return answer.json["detail"]


def plain(text: str) -> str:
    """Without the isolates that keep names and dates in their order."""
    return text.replace("\u2068", "").replace("\u2069", "")


def test_a_study_that_somebody_else_is_reading(site):
    item = site.change(site.study(), state="reading", reader="dr-huda", claimed_by="radiologist-2", claimed_at=site.room.now())
    path = f"/api/worklist/{item.id}/claim"
    assert refused(site.as_("radiologist"), path).startswith("cannot claim while reading by Dr Huda Omar since ")
    told = refused(site.as_("radiologist"), path, ARABIC)
    assert plain(told).startswith("لا يمكن ذلك الآن. الدراسة: قيد القراءة لدى Dr Huda Omar منذ ")


def test_a_licence_that_is_missing_and_a_claim_that_has_lapsed(site):
    reader = site.as_("radiologist")
    lapsed = refused(reader, f"/api/worklist/{site.study().id}/heartbeat", ARABIC)
    assert plain(lapsed).startswith("سقط حجزك. الدراسة: ")


@pytest.mark.parametrize(("headers", "words"), [({}, "Repeat with force"), (ARABIC, "لإسنادها مع ذلك اكتب سبباً")])
def test_a_reader_who_may_not_have_it(site, headers, words):
    item = site.study(study_description="CT stroke")
    told = refused(site.as_("coordinator"), f"/api/worklist/{item.id}/assign", headers, reader="dr-huda")
    assert words in told
    assert "Dr Huda Omar" in told


def test_every_mistake_of_a_roster_has_its_words():
    assert roster_mistakes.TEXTS == MISTAKES


def test_the_mistakes_of_a_file_are_told_in_arabic(site):
    table = b"reader,kind,start,end\ndr-huda,leave,2026-12-05,2026-12-04\ndr-hudda,leaf,2026-02-30,2026-12-04\n"
    chosen = f"data:text/csv;base64,{base64.b64encode(table).decode()}"
    answer = site.as_("coordinator").post("/roster/import", data={"file": chosen}, headers={**ARABIC, "Accept": "text/html"})
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    for words in (
        "لم يُستورد شيء",
        "المتوقع نهاية بعد البداية",
        "لا يوجد قارئ باسم «\u2068dr-hudda\u2069»",
        "لا يوجد يوم أو ساعة «\u20682026-02-30\u2069»",
    ):
        assert words in text
    assert "expected a" not in text
