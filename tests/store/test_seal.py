"""The audit key is made once, for the service alone, and never silently replaced."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from teleradiology.store.seal import KEY_BYTES, Seal, seal_of


def test_the_key_is_made_at_the_first_start_and_kept(tmp_path: Path) -> None:
    first = seal_of(tmp_path / "data")
    assert len(first.key) == KEY_BYTES
    assert seal_of(tmp_path / "data").key == first.key
    assert (tmp_path / "data" / "audit.key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["audit.key"]


def test_first_starts_at_once_end_with_one_key(tmp_path: Path) -> None:
    keys: set[bytes] = set()
    threads = [threading.Thread(target=lambda: keys.add(seal_of(tmp_path).key)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 1


def test_a_damaged_key_stops_the_start_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "audit.key").write_bytes(b"short")
    with pytest.raises(ValueError, match="restore it from the backup"):
        seal_of(tmp_path)


def test_the_key_is_in_no_representation(tmp_path: Path) -> None:
    assert "k" * 32 not in repr(Seal(b"k" * 32))


def test_a_line_that_a_crash_left_unfinished_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "audit.head").write_text(f"1 {'a' * 64}\n2 {'b' * 64}\nnonsense\n3 {'c' * 20}")
    assert seal_of(tmp_path).heads() == {1: {"a" * 64}, 2: {"b" * 64}}
