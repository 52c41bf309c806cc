"""YAML that would harm or mislead is refused, quickly, with its place; what is taken keeps its text and place."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from teleradiology.config.yaml_tree import LARGEST, Items, Scalar, Table, Unreadable, read

HOSTILE = {
    "a million brackets": "[" * 900_000,
    "a million braces": "{" * 900_000,
    "a million dashes": "- " * 400_000,
    "a million quotes": '"' * 900_000,
    "an endless quoted text": "a: '" + "x" * 900_000,
    "an endless key": "a" * 900_000 + ": b",
    "a list without end": "[" + "a, " * 110_000 + "]",
    "keys without end": "\n".join(f"k{number}: v" for number in range(52_000)),
    "colons": ":" * 900_000,
    "percent signs": "%" * 900_000,
    "too large": "a" * (LARGEST + 1),
    "an anchor of a hundred thousand letters": "a: &" + "x" * 100_000 + " b",
    "billion laughs": "\n".join(["a0: &a0 [x]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 20))]),
    "a directive of tomorrow": "%YAML 9.9\n---\na: b",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_file_is_refused_in_bounded_time(text: str) -> None:
    started = time.process_time()
    with pytest.raises(Unreadable) as refused:
        read(text, "f.yaml")
    assert time.process_time() - started < 20  # seconds of CPU; a second or two on an idle machine
    assert all(len(str(problem)) < 2000 for problem in refused.value.problems)


def test_scalars_keep_their_text() -> None:
    tree = read("a: NO\nb: 08:30\nc: 0123\nd: 1e3\ne: 2027-12-31\nf: on\n", "f")
    assert isinstance(tree, Table)
    assert [getattr(entry.value, "text", None) for entry in tree.entries.values()] == [
        "NO",
        "08:30",
        "0123",
        "1e3",
        "2027-12-31",
        "on",
    ]


@pytest.mark.parametrize(
    ("text", "is_null"), [("a:", True), ("a: ~", True), ("a: null", True), ("a: ''", False), ("a: 'null'", False)]
)
def test_nothing_is_told_from_an_empty_text(text: str, is_null: bool) -> None:
    tree = read(text, "f")
    assert isinstance(tree, Table)
    value = tree.entries["a"].value
    assert isinstance(value, Scalar) and value.is_null is is_null


def test_every_node_knows_its_place() -> None:
    tree = read("a: [x,\n    {b: y}]\n", "f")
    assert isinstance(tree, Table)
    items = tree.entries["a"].value
    assert isinstance(items, Items)
    inner = items.items[1]
    assert isinstance(inner, Table)
    assert (inner.place.line, inner.place.column) == (2, 5)
    assert (inner.entries["b"].value.place.line, inner.entries["b"].value.place.column) == (2, 9)


def test_all_duplicate_keys_are_told_at_once() -> None:
    with pytest.raises(Unreadable) as refused:
        read("a: 1\na: 2\nb: {c: 1, c: 2}\n", "f")
    assert [str(problem) for problem in refused.value.problems] == [
        "f:2:1: a: the key is there twice; first on line 1",
        "f:3:11: b.c: the key is there twice; first on line 3",
    ]


@settings(deadline=None, max_examples=500)
@given(st.text(alphabet="ab:-[]{}&*!|>'\"%@`#,? \n\t\r\\\x00\x85\u2028é", max_size=60))
def test_no_text_raises_anything_but_unreadable(text: str) -> None:
    try:
        read(text, "f")
    except Unreadable as refused:
        assert refused.problems
