"""Patterns of the rules file: what they find, and that none of them can be slow."""

from __future__ import annotations

import time

import pytest

from teleradiology.config.patterns import LONGEST_PATTERN, search_for
from teleradiology.core.names import folded, plain


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("stroke|code neuro", "CODE NEURO", True),
        ("stroke|code neuro", "code, neuro", False),
        ("Stroke", "stroke", True),
        ("^ct.*stroke$", "CT head STROKE", True),
        ("جلطة|سكتة", "سكته دماغية", True),
        ("(جلطة|سكتة) ?دماغية", "سَكتة دماغيه", True),
        ("أ.مد", "احمد", True),
        (r"\d+mm", "5MM", True),
        ("[0-9]mm", "٥mm", True),
    ],
)
def test_a_pattern_is_found(pattern: str, text: str, found: bool) -> None:
    assert bool(search_for(pattern)(folded(text))) is found


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|a)*$", "(a|aa)+$", "(.*a){12}", "a{0,500}a{0,500}b"])
def test_no_pattern_is_slow(pattern: str) -> None:
    search, text = search_for(pattern), "a" * 1000 + "!"
    search(text)
    started = time.process_time()
    for _ in range(10):
        search(text)
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    "pattern", ["(", "[a", "a**", "(?<=a)b", r"(a)\1", "a|", "x" * (LONGEST_PATTERN + 1), "(?i", r"\p{Nonsense}"]
)
def test_what_cannot_be_used_is_told_at_load(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        search_for(pattern)


def test_a_pattern_that_needs_too_much_memory_is_refused() -> None:
    with pytest.raises(ValueError, match="too large"):
        search_for(r"(\p{L}{1,100}){1,9}\p{L}{900}")


def test_words_and_the_engine_find_the_same() -> None:
    texts = ["CT HEAD STROKE", "stroke_code", "سكتة دماغية", "Code-Neuro", "", "ß", "İstanbul"]
    for words in ("stroke", "head|neuro", "code neuro", "سكتة"):
        quick, engine = search_for(words), search_for(f"({words})")
        for text in texts:
            for wording in (folded(text), plain(text)):
                assert bool(quick(wording)) is bool(engine(wording)), (words, wording)
