"""The fixed words of a printed report in each language it may be printed in."""

from __future__ import annotations

DIRECTIONS = {"en": "ltr", "ar": "rtl"}

LABELS: dict[str, dict[str, str]] = {
    "report": {"en": "Radiology report", "ar": "تقرير الأشعة"},
    "facility": {"en": "Radiology", "ar": "الأشعة"},
    "unknown": {"en": "unknown", "ar": "غير معروف"},
    "patient": {"en": "Patient", "ar": "المريض"},
    "patient id": {"en": "Patient ID", "ar": "رقم المريض"},
    "birth date": {"en": "Date of birth", "ar": "تاريخ الميلاد"},
    "sex": {"en": "Sex", "ar": "الجنس"},
    "sex M": {"en": "Male", "ar": "ذكر"},
    "sex F": {"en": "Female", "ar": "أنثى"},
    "sex O": {"en": "Other", "ar": "آخر"},
    "examination": {"en": "Examination", "ar": "الفحص"},
    "examined at": {"en": "Examined", "ar": "وقت الفحص"},
    "accession number": {"en": "Accession no.", "ar": "رقم الطلب"},
    "referring physician": {"en": "Referring physician", "ar": "الطبيب المحيل"},
    "preliminary": {"en": "PRELIMINARY REPORT", "ar": "تقرير أولي"},
    "preliminary text": {
        "en": "Not yet confirmed; a final report follows and may differ.",
        "ar": "غير مؤكد بعد؛ يتبعه تقرير نهائي قد يختلف عنه.",
    },
    "preliminary mark": {"en": "PRELIMINARY", "ar": "أولي"},
    "preliminary by": {"en": "Preliminary reading by", "ar": "قراءة أولية بواسطة"},
    "addendum": {"en": "ADDENDUM", "ar": "ملحق"},
    "addendum text": {
        "en": "This adds to the report below, which remains valid.",
        "ar": "هذا الملحق يضاف إلى التقرير أدناه، والذي يبقى ساريا.",
    },
    "corrected": {"en": "CORRECTED REPORT", "ar": "تقرير مصحح"},
    "corrected text": {
        "en": "This replaces version {version} of {time}. Reason: {reason}",
        "ar": "هذا التقرير يحل محل النسخة {version} بتاريخ {time}. السبب: {reason}",
    },
    "follows preliminary": {"en": "FINAL REPORT", "ar": "تقرير نهائي"},
    "follows preliminary text": {
        "en": "This replaces the preliminary report of {time}.",
        "ar": "هذا التقرير يحل محل التقرير الأولي بتاريخ {time}.",
    },
    "earlier": {"en": "Version {version}", "ar": "النسخة {version}"},
    "earlier by": {"en": "signed by {name}, {time}", "ar": "وقعه {name}، {time}"},
    "draft": {"en": "DRAFT", "ar": "مسودة"},
    "draft text": {"en": "Not signed; for the author's eyes.", "ar": "غير موقع؛ لمعاينة الكاتب فقط."},
    "not signed": {"en": "Not signed", "ar": "غير موقع"},
    "signed by": {"en": "Electronically signed by", "ar": "وقعه إلكترونيا"},
    "registration": {"en": "Registration no.", "ar": "رقم القيد"},
    "version": {"en": "Version", "ar": "النسخة"},
    "page": {"en": "Page", "ar": "صفحة"},
    "of": {"en": "of", "ar": "من"},
}


def label(key: str, language: str) -> str:
    """The words in the language; English when the language has none. Raises KeyError for a key that does not exist."""
    words = LABELS[key]
    return words.get(language, words["en"])


def direction_of(language: str) -> str:
    """``rtl`` or ``ltr``, as HTML's ``dir`` wants it."""
    return DIRECTIONS.get(language, "ltr")
