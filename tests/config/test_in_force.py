"""The rules in force: a bad file never replaces a good one, not on reload, not half written, not after a restart."""

from __future__ import annotations

import os
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from support.rule_texts import rule, text_of
from teleradiology.config.in_force import RulesInForce
from teleradiology.core.errors import InvalidConfiguration

NOW = datetime(2026, 3, 1, tzinfo=UTC)
GOOD = text_of(rule({"modality": "CT"}, "ct", priority="stat"))
OTHER = text_of(rule({"modality": "CT"}, "ct", priority="urgent"), rule({"modality": "MR"}, "mr", priority="stat"))
BAD = GOOD.replace('"priority": "stat"', '"priority": "sttat"')


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A good rules file."""
    path = tmp_path / "worklist_rules.yaml"
    path.write_text(GOOD, encoding="utf-8")
    return path


@pytest.fixture
def last_good(tmp_path: Path) -> Path:
    """Where the last good one is kept; the folder is made when needed."""
    return tmp_path / "data" / "last-good-rules.yaml"


def test_a_good_file_is_in_force_and_kept(file: Path, last_good: Path) -> None:
    rules = RulesInForce(file, last_good)
    assert rules.current.text == GOOD
    assert rules.file_problem == ()
    assert last_good.read_text(encoding="utf-8") == GOOD


def test_a_reload_tells_what_changed_and_by_whom(file: Path, last_good: Path) -> None:
    rules = RulesInForce(file, last_good)
    before = rules.current.digest
    file.write_text(OTHER, encoding="utf-8")
    reloaded = rules.reload("admin", NOW)
    assert (reloaded.by, reloaded.at, reloaded.before, reloaded.after) == ("admin", NOW, before, rules.current.digest)
    (difference,) = reloaded.to_json()["differences"]
    assert difference == {"section": "rules", "added": ["mr"], "removed": [], "changed": ["ct"], "moved": False}
    assert last_good.read_text(encoding="utf-8") == OTHER


def test_a_reload_of_the_same_file_changes_nothing(file: Path, last_good: Path) -> None:
    reloaded = RulesInForce(file, last_good).reload("admin", NOW)
    assert not reloaded.changed
    assert reloaded.differences == ()


def test_a_bad_file_is_refused_on_reload_and_the_good_rules_stay(file: Path, last_good: Path) -> None:
    rules = RulesInForce(file, last_good)
    good = rules.current
    file.write_text(BAD, encoding="utf-8")
    with pytest.raises(InvalidConfiguration) as refused:
        rules.reload("admin", NOW)
    assert rules.current is good
    assert rules.file_problem == refused.value.problems
    assert "did you mean 'stat'" in str(rules.file_problem[0])
    assert last_good.read_text(encoding="utf-8") == GOOD


def test_a_repaired_file_clears_the_problem(file: Path, last_good: Path) -> None:
    rules = RulesInForce(file, last_good)
    file.write_text(BAD, encoding="utf-8")
    with pytest.raises(InvalidConfiguration):
        rules.reload("admin", NOW)
    file.write_text(OTHER, encoding="utf-8")
    rules.reload("admin", NOW)
    assert rules.file_problem == ()
    assert rules.current.text == OTHER


@pytest.mark.parametrize("fate", ["bad", "gone", "half", "garbage", "a folder"])
def test_after_a_restart_with_a_bad_file_the_last_good_rules_decide(file: Path, last_good: Path, fate: str) -> None:
    RulesInForce(file, last_good)
    file.unlink()
    if fate == "a folder":
        file.mkdir()
    elif fate != "gone":
        file.write_bytes({"bad": BAD.encode(), "half": GOOD.encode()[:300], "garbage": b"\xff\xfe\x00"}[fate])
    rules = RulesInForce(file, last_good)
    assert rules.current.text == GOOD
    assert rules.file_problem
    assert all(problem.file == "worklist_rules.yaml" for problem in rules.file_problem)


def test_without_a_last_good_file_a_bad_one_stops_the_start(file: Path, last_good: Path) -> None:
    file.write_text(BAD, encoding="utf-8")
    with pytest.raises(InvalidConfiguration) as refused:
        RulesInForce(file, last_good)
    assert "worklist_rules.yaml" in refused.value.detail


def test_a_bad_last_good_file_does_not_hide_the_problem_of_the_file(file: Path, last_good: Path) -> None:
    file.write_text(BAD, encoding="utf-8")
    last_good.parent.mkdir()
    last_good.write_text("garbage", encoding="utf-8")
    with pytest.raises(InvalidConfiguration) as refused:
        RulesInForce(file, last_good)
    assert refused.value.problems[0].file == "worklist_rules.yaml"


def test_the_last_good_file_is_readable_by_its_owner_alone_and_no_scraps_stay(file: Path, last_good: Path) -> None:
    RulesInForce(file, last_good)
    assert last_good.stat().st_mode & 0o077 == 0
    assert [path.name for path in last_good.parent.iterdir()] == [last_good.name]


def test_a_last_good_file_that_cannot_be_written_leaves_the_old_rules_in_force(file: Path, last_good: Path) -> None:
    rules = RulesInForce(file, last_good)
    last_good.unlink()
    last_good.mkdir()
    file.write_text(OTHER, encoding="utf-8")
    with pytest.raises(OSError, match="last-good"):
        rules.reload("admin", NOW)
    assert rules.current.text == GOOD
    assert [path.name for path in last_good.parent.iterdir()] == [last_good.name]


def test_a_changed_file_is_stale_once_it_rests(file: Path, last_good: Path) -> None:
    rules = RulesInForce(file, last_good)
    assert not rules.stale()
    file.write_text(OTHER[:100], encoding="utf-8")
    assert not rules.stale()  # seen for the first time: it may still be written
    file.write_text(OTHER, encoding="utf-8")
    assert not rules.stale()
    assert rules.stale()
    rules.reload("system", NOW)
    assert not rules.stale()


def test_a_bad_file_is_not_stale_again_and_again(file: Path, last_good: Path) -> None:
    rules = RulesInForce(file, last_good)
    file.write_text(BAD, encoding="utf-8")
    assert [rules.stale(), rules.stale()] == [False, True]
    with pytest.raises(InvalidConfiguration):
        rules.reload("system", NOW)
    assert [rules.stale(), rules.stale()] == [False, False]


def test_a_file_that_is_gone_is_told_once(file: Path, last_good: Path) -> None:
    rules = RulesInForce(file, last_good)
    file.unlink()
    assert [rules.stale(), rules.stale()] == [False, True]
    with pytest.raises(InvalidConfiguration, match="there is no such file"):
        rules.reload("system", NOW)
    assert [rules.stale(), rules.stale()] == [False, False]
    assert rules.current.text == GOOD


def test_a_file_that_was_replaced_by_one_of_the_same_size_and_time_is_stale(file: Path, last_good: Path) -> None:
    rules = RulesInForce(file, last_good)
    was = file.stat()
    other = file.with_suffix(".new")
    other.write_text(GOOD.replace("stat", "sttt", 1), encoding="utf-8")
    os.utime(other, ns=(was.st_atime_ns, was.st_mtime_ns))
    other.replace(file)
    assert [rules.stale(), rules.stale()] == [False, True]


def test_checking_a_text_puts_nothing_in_force(file: Path, last_good: Path) -> None:
    rules = RulesInForce(file, last_good)
    assert rules.check(OTHER).text == OTHER
    with pytest.raises(InvalidConfiguration):
        rules.check(BAD)
    assert rules.current.text == GOOD


def test_templates_are_checked_in_the_file_but_do_not_spoil_the_last_good_one(file: Path, last_good: Path) -> None:
    file.write_text(text_of(rule({"modality": "CT"}, "ct", template="ct-head")), encoding="utf-8")
    RulesInForce(file, last_good, templates=lambda: ["ct-head"])
    rules = RulesInForce(file, last_good, templates=lambda: ["general"])
    assert "report template" in str(rules.file_problem[0])
    assert rules.current.ruleset.rules[0].then == {"template": "ct-head"}


def test_readers_never_see_a_bad_state_while_files_come_and_go(file: Path, last_good: Path) -> None:
    rules = RulesInForce(file, last_good)
    texts, seen, stop = (GOOD, BAD, OTHER), set(), threading.Event()

    def read() -> None:
        while not stop.is_set():
            current = rules.current
            assert current.digest == current.ruleset.digest
            seen.add(current.text)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for thread in readers:
        thread.start()
    for number in range(30):
        file.write_text(texts[number % 3], encoding="utf-8")
        try:
            rules.reload("admin", NOW)
        except InvalidConfiguration:
            assert texts[number % 3] == BAD
    stop.set()
    for thread in readers:
        thread.join()
    assert seen <= {GOOD, OTHER}
