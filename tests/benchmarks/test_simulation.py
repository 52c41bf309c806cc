"""The simulation does what it says: closed forms, shortcuts that change nothing, a day with its troubles, a page in parts."""

from __future__ import annotations

import re
from dataclasses import asdict
from pathlib import Path

import pytest

from simulation import day, ladder, page, queueing, results
from simulation.cases import FIFO, HIERARCHICAL, PRIORITY, T1
from simulation.model import ReadingRoom
from simulation.parts import ladder as ladder_part
from simulation.results import Figure, Section, Table

DOCS = Path(__file__).parents[2] / "docs"
ONE_READER = [(name, policy) for name, policy in queueing.EXPECTED if name != T1.name]


@pytest.mark.parametrize(("name", "policy"), ONE_READER)
def test_the_expected_waits_follow_from_the_closed_forms(name, policy):
    by_class, expected = queueing.theory_of(name, policy), queueing.EXPECTED[name, policy]
    if policy == FIFO:
        assert list(expected.values()) == pytest.approx([by_class[1]] * len(expected), abs=0.0005)
    elif "AI-negative" in expected:
        assert expected["AI-negative"] == pytest.approx(by_class[99], abs=0.0005)
    if policy == PRIORITY and "AI-positive" in expected:
        assert expected["AI-positive"] == pytest.approx(by_class[1], abs=0.0005)


@pytest.mark.parametrize("policy", [FIFO, PRIORITY])
def test_the_service_s_dispatcher_gives_the_waits_of_a_plain_heap(policy):
    assert queueing.agreement(T1.name, policy, patients=2_000).apart < 1e-6
    assert queueing.agreement("T4", HIERARCHICAL, patients=2_000).apart < 1e-6


@pytest.mark.parametrize("rung", ladder.LADDER, ids=lambda rung: rung.name)
def test_what_the_ladder_does_not_look_at_changes_nothing(rung):
    stream = list(ladder.cases(0.88, seed=5, days=2))
    names = [str(number) for number in range(12)]
    everything = ReadingRoom(names, rung.policy, ladder.fit, longest_free_only=rung.blind).run(stream)
    heads = ReadingRoom(names, rung.policy, ladder.fit, longest_free_only=rung.blind, heads=rung.heads).run(stream)
    assert [(each.case.study.key, each.reader, each.ended) for each in heads] == [
        (each.case.study.key, each.reader, each.ended) for each in everything
    ]


def test_held_out_seeds_had_no_part_in_the_choice():
    assert set(ladder_part.PUBLISHED).isdisjoint({*ladder_part.HELD_OUT, *ladder_part.SECOND})


def test_the_day_has_peaks_a_night_a_flood_and_a_reader_who_leaves():
    group = day.Group.load()
    counted = [case.study.since - 1440 for case in day.cases(group, 0.85, seed=1) if 1440 <= case.study.since < 2880]
    by_hour = [sum(hour * 60 <= at < hour * 60 + 60 for at in counted) for hour in range(24)]
    assert by_hour[10] > by_hour[9] + 100  # the flood
    assert max(by_hour) > 3 * min(by_hour)
    assert abs(len(counted) - day.STUDIES - day.FLOOD) < 500
    reads = day.run(group, day.dispatch.promise_keeping, list(day.cases(group, 0.85, seed=1)))
    leaver = [each.began - 1440 for each in reads if each.reader == day.LEAVER]
    assert leaver and max(leaver) <= day.LEAVES_AT
    night = {each.reader for each in reads if each.began - 1440 < 300}
    assert night and all(group.readers[name].shifts[0].start.hour == 23 for name in night)


def a_section(part: str, met: bool) -> Section:
    section = Section(part, f"The part <{part}>", ["About it."])
    section.goal("something at most 1", met)
    row = {"name": "ours", "mean": 1.0, "p95": 2.0, "maximum": 30.0, "ours": True}
    section.figures.append(Figure("ranges", "Times", {"rows": [row], "limit": 20, "what": "stat"}))
    section.tables.append(Table("Numbers", ["a"], [["1.23"]]))
    return section


def test_a_part_that_is_run_again_replaces_its_own_section_alone(tmp_path):
    file = tmp_path / "simulation.json"
    results.keep(file, [a_section("queues", True), a_section("day", True)], ["queues", "day"])
    kept = results.keep(file, [a_section("day", False)], ["queues", "day"])
    assert [kept[part]["goals"][0]["met"] for part in ("queues", "day")] == [True, False]
    assert results.read(file) == kept


def test_the_page_needs_nothing_else_and_says_what_is_not_met(tmp_path):
    file = tmp_path / "page.html"
    page.write(file, {"day": asdict(a_section("day", False))})
    text = file.read_text(encoding="utf-8")
    assert "0 of 1 goals are met" in text and "NOT MET" in text and "The part &lt;day&gt;" in text
    assert not re.search(r"<script|<link|src=|url\(|@import|https?:", text)


def test_the_page_in_the_documentation_is_written_from_the_results_beside_it(tmp_path):
    page.write(tmp_path / "page.html", results.read(DOCS / "simulation.json"))
    assert (tmp_path / "page.html").read_text(encoding="utf-8") == (DOCS / "simulation.html").read_text(encoding="utf-8")


def test_every_number_that_the_decision_quotes_is_on_the_page():
    quoted = re.findall(r"\d[\d,]*\.\d+", (DOCS / "decisions" / "0005-reading-order.md").read_text(encoding="utf-8"))
    shown = (DOCS / "simulation.html").read_text(encoding="utf-8")
    assert quoted and [number for number in quoted if number not in shown] == []
