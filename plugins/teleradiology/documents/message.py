"""A notice as a mail in the reader's language: an id, times and a link, and nothing of the patient."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from jinja2 import FileSystemLoader, StrictUndefined, Template
from jinja2.sandbox import ImmutableSandboxedEnvironment

# kind of notice, or name of a line -> the words in each language
WORDS: dict[str, dict[str, str]] = {
    "notify-reader": {"en": "A study waits for you", "ar": "دراسة بانتظار قراءتك"},
    "notify-coordinator": {"en": "A study needs a look", "ar": "دراسة تحتاج إلى متابعة"},
    "call": {"en": "Somebody is to be called", "ar": "يلزم الاتصال هاتفيا بشأن دراسة"},
    "broaden": {"en": "More readers may have a study", "ar": "أتيحت دراسة لقراء أكثر"},
    "raise": {"en": "A study became more urgent", "ar": "رفعت أولوية دراسة"},
    "site-held": {"en": "A study of yours cannot be read yet", "ar": "لا يمكن قراءة إحدى دراساتكم بعد"},
    "site-late": {"en": "The report of a study of yours is late", "ar": "تأخر تقرير إحدى دراساتكم"},
    "delivery-failed": {"en": "A delivery was given up", "ar": "تعذر تسليم رسالة وأوقفت المحاولة"},
    "images-incomplete": {
        "en": "Images are missing. Please send them, or tell us that there are no more.",
        "ar": "تنقصها صور. نرجو إرسالها، أو إعلامنا بأنه لا توجد صور أخرى.",
    },
    "clinical-information": {
        "en": "Clinical information is missing. Please call us or send it.",
        "ar": "تنقصها معلومات سريرية. نرجو الاتصال بنا أو إرسالها.",
    },
    "study": {"en": "Study", "ar": "الدراسة"},
    "priority": {"en": "Priority", "ar": "الأولوية"},
    "due": {"en": "Due", "ar": "الموعد"},
    "step": {"en": "Step", "ar": "الخطوة"},
    "phone": {"en": "To be called", "ar": "يتصل بـ"},
    "courier": {"en": "By", "ar": "عبر"},
}


def written(folder: Path, about: Mapping[str, str], address: str) -> tuple[str, str]:
    """Subject and text. ``folder`` holds ``notice.txt``, ``about`` is what the outbox keeps, ``address`` begins our links."""
    language = about.get("language", "en")
    title = _word(about.get("kind", ""), language)
    priority = about.get("priority", "")
    lines = [(_word(name, language), value) for name, value in _lines(about)]
    why = _word(about["ground"], language) if "ground" in about else ""
    path = f"studies/{about['item']}" if about.get("item") else "status"
    link = f"{address.rstrip('/')}/teleradiology/{path}" if address else ""  # half an address leads nowhere
    text = _template(folder).render(title=title, why=why, lines=lines, link=link)
    return f"{title} ({priority})" if priority else title, text


def _word(name: str, language: str) -> str:
    words = WORDS.get(name, {"en": "Teleradiology"})
    return words.get(language, words["en"])


def _lines(about: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    shown = {"study": about.get("item"), "priority": about.get("priority"), "due": _local(about), "step": about.get("step")}
    for name, value in {**shown, "phone": about.get("phone"), "courier": about.get("courier")}.items():
        if value:
            yield name, value


def _local(about: Mapping[str, str]) -> str:
    """The due time by the clock of the place where the patient is."""
    try:
        at = datetime.fromisoformat(about.get("due_at", ""))
    except ValueError:
        return ""
    zone = about.get("zone") or "UTC"
    return f"{at.astimezone(ZoneInfo(zone) if zone != 'UTC' else UTC):%Y-%m-%d %H:%M} ({zone})"


@lru_cache(maxsize=4)
def _template(folder: Path) -> Template:
    loader = FileSystemLoader(folder)
    made = ImmutableSandboxedEnvironment(
        loader=loader, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    return made.get_template("notice.txt")
