"""What readers are refused is said in the language of their page; programs get it in English."""

from __future__ import annotations

import base64
import re

import pytest

from support.web_people import PASSWORD
from teleradiology.config.settings import HOME
from teleradiology.core.roster_mistakes import MISTAKES
from teleradiology.web.pages import mistakes, refusals, roster_mistakes

ARABIC = {"Accept-Language": "ar"}


def refused(client, path: str, headers: dict[str, str] | None = None, **body) -> str:
    answer = client.post(path, json=body, headers=headers or {})
    assert answer.status_code in (403, 409, 412, 422), answer.text
    return answer.json["detail"]


def plain(text: str) -> str:
    """Without the isolates that keep names and dates in their order."""
    return re.sub("[\u2066-\u2069]", "", text)


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


def test_no_page_is_without_words_for_what_is_refused_or_wrong():
    """Every code that the service gives to a refusal or a mistake."""
    source = "".join(file.read_text(encoding="utf-8") for file in (HOME / "plugins" / "teleradiology").rglob("*.py"))
    codes = {code for told in re.findall(r"\bTold\((\"[^,){]+)", source) for code in re.findall(r'"([a-z-]+)"', told)}
    assert {"may-not-sign", "preliminary-only", "preliminary-only-of", "email", "not-first"} <= codes
    assert codes - refusals.TEXTS.keys() - mistakes.TEXTS.keys() - MISTAKES.keys() == set()
    assert mistakes.TEXTS.keys() & MISTAKES.keys() == set()


def test_a_signature_that_is_refused(site):
    item = site.claimed()
    path, reader = f"/api/worklist/{item.id}/report", site.as_("radiologist")
    wish = {"status": "final", "password": PASSWORD}
    assert plain(refused(reader, f"{path}/sign", ARABIC, **wish)) == "لا توجد مسودة للتوقيع: احفظ مسودة أولاً."
    assert reader.put(path, json={"sections": {"findings": "Liver [size]."}}).status_code == 200
    answer = reader.post(f"{path}/sign", json=wish, headers=ARABIC).json
    assert answer["detail"] == "التقرير غير مكتمل ولم يُوقّع."
    assert [plain(each["message"]) for each in answer["problems"]] == ["حقل لم يُملأ: [size]"]
    assert reader.put(path, json={"sections": {"findings": "Clear."}}, headers={"If-Match": '"1"'}).status_code == 200
    assert refused(reader, f"{path}/sign", ARABIC, **{**wish, "password": "wrong"}) == "كلمة المرور ليست كلمة مرور حسابك."
    text = refused(reader, f"{path}/sign", {**ARABIC, "If-Match": '"draft-1"'}, **wish)
    assert plain(text) == "أصبحت المسودة الآن بالإصدار 2 لا 1: اقرأها قبل توقيعها."
    assert plain(refused(reader, f"{path}/addendum", ARABIC, password=PASSWORD, sections={"findings": "More."})) == (
        "يُوقّع أولاً تقرير أولي أو نهائي. المطلوب توقيعه: ملحق."
    )


def test_an_urgency_that_is_refused(site):
    item = site.study(study_description="CT stroke")
    path = f"/api/worklist/{item.id}/urgency"
    assert site.as_("facility").post(path, json={"urgency": "stat"}).status_code == 200
    told = plain(refused(site.as_("facility"), path, ARABIC, urgency="routine"))
    assert told == "أُعلنت درجة الاستعجال «فوري»؛ ويمكن للمنسق خفضها."
    answer = site.as_("facility").post(path, json={"urgency": "soon"}, headers=ARABIC).json
    assert plain(answer["problems"][0]["message"]).startswith("المتوقع واحد من: ")
    reading = site.change(
        site.item(item.id), state="reading", reader="dr-salem", claimed_by="radiologist", claimed_at=site.room.now()
    )
    told = plain(refused(site.as_("facility"), f"/api/worklist/{reading.id}/urgency", ARABIC, urgency="stat"))
    assert told == "تُعلن درجة الاستعجال قبل بدء القراءة. الدراسة: قيد القراءة."


def test_a_right_that_somebody_does_not_have(site):
    assert plain(site.as_("radiologist").get("/api/accounts", headers=ARABIC).json["detail"]) == ("من يحق له ذلك: مسؤول النظام.")


def test_the_mistakes_of_an_account_are_told_in_arabic(site):
    form = {"username": "dr huda", "password": "short", "role-radiologist": "yes", "email": "nobody"}
    answer = site.as_("administrator").post("/accounts/new", data=form, headers={**ARABIC, "Accept": "text/html"})
    text = plain(answer.get_data(as_text=True))
    assert answer.status_code == 422
    for words in ("كلمة مرور أطول", "يحتاج طبيب الأشعة إلى قارئ", "عنوان بريد إلكتروني", "من حرف واحد إلى 64 حرفاً"):
        assert words in text
    assert "expected" not in text[text.index("<main") : text.index("</main>")]


def test_what_says_no_more_than_its_kind_is_said_with_what_to_do(site):
    path = f"/api/worklist/{site.study().id}/urgency"
    told = refused(site.as_("facility"), path, {**ARABIC, "If-Match": '"99"'}, urgency="stat")
    assert told == "غيرها شخص آخر، انظر من جديد ثم أعد المحاولة."


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


@pytest.mark.parametrize(
    ("who", "path", "words"),
    [
        ("coordinator", "/api/notifications/01M00000000000000000000000/read", "لا يوجد تنبيه كهذا."),
        ("administrator", "/api/deliveries/01M00000000000000000000000/retry", "لا يوجد إرسال كهذا."),
    ],
)
def test_what_is_not_there_is_named_in_arabic(site, who, path, words):
    answer = site.as_(who).post(path, json={}, headers=ARABIC)
    assert (answer.status_code, answer.json["detail"]) == (404, words)


@pytest.mark.parametrize(
    ("who", "act", "form", "words"),
    [
        ("coordinator", "remove", {"exception": "01M00000000000000000000000"}, "لا يوجد قيد كهذا في جدول المناوبات."),
        ("radiologist", "availability", {"reader": "dr-huda", "available": "no"}, "لا يحق ذلك إلا للقارئ نفسه"),
    ],
)
def test_what_the_roster_refuses_is_told_in_arabic(site, who, act, form, words):
    answer = site.as_(who).post(f"/roster/{act}", data=form, headers={**ARABIC, "Accept": "text/html"})
    assert answer.status_code in (403, 404)
    assert words in plain(answer.get_data(as_text=True))
