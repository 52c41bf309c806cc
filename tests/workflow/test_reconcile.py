"""Nothing is lost when events are: the place in Orthanc's changes, its list of studies, kills at any moment."""

from __future__ import annotations

from datetime import timedelta

import pytest

from support.bench import QUIET, Bench
from teleradiology.core.errors import Unavailable
from teleradiology.core.worklist import State
from teleradiology.store import bookmarks
from teleradiology.workflow import catching_up, intake, reconciling


@pytest.fixture
def bench(tmp_path):
    return Bench(tmp_path)


@pytest.fixture
def running(bench):
    """A bench whose service has begun and rests."""
    bench.live(2)
    return bench


def cursor(bench: Bench) -> int:
    with bench.room.store.reading() as c:
        return bookmarks.get(c, catching_up.CURSOR)[0]


# Events are lost


def test_a_study_that_no_event_told_of_is_found_in_the_changes(running):
    orthanc_id = running.host.add_study(("CT", 3))
    running.beat(1)
    assert running.item(orthanc_id).state == State.ARRIVING
    running.live(QUIET + 1)
    assert running.item(orthanc_id).state == State.ASSIGNED


def test_a_stable_study_whose_late_images_no_event_told_of_is_decided_again(running):
    item = running.take_in(("CT", 1))
    running.live(QUIET + 2)
    running.host.add_images(item.orthanc_id, 2)
    running.host.become_stable()
    running.beat(1)
    assert running.item(item.orthanc_id).decided_instances == 3


def test_a_new_series_that_no_event_told_of_sets_the_timer(running):
    item = running.take_in(("CT", 1))
    running.beat(1)
    running.host.add_images(item.orthanc_id, 2, new_series=True)
    running.live(QUIET + 2)
    assert running.item(item.orthanc_id).decided_instances == 3


def test_a_study_of_which_neither_event_nor_change_is_left_is_found_in_the_list(running):
    orthanc_id = running.host.add_study(("CT", 1))
    running.host.empty_changes()
    running.live(QUIET + 3)
    assert running.item(orthanc_id).state == State.ASSIGNED


def test_deletion_that_no_event_told_of_is_found_in_the_list(running):
    item = running.take_in(("CT", 1))
    running.host.delete(item.orthanc_id)
    running.live(running.settings.reconcile_seconds + 1, step=10)
    assert running.item(item.orthanc_id).missing_since is not None


def test_a_return_that_no_event_told_of_is_found_in_the_list(running):
    item = running.take_in(("CT", 1), StudyInstanceUID="1.2.3")
    running.host.delete(item.orthanc_id)
    intake.vanish(running.room, item.orthanc_id)
    running.host.add_study(("CT", 1), StudyInstanceUID="1.2.3")
    running.host.empty_changes()
    running.live(running.settings.reconcile_seconds + QUIET, step=5)
    assert running.item(item.orthanc_id).missing_since is None


def test_growth_of_which_nothing_is_left_is_found_by_the_daily_look_at_every_study(running):
    item = running.take_in(("CT", 1))
    running.host.add_images(item.orthanc_id, 2)
    running.host.empty_changes()
    running.host.kill()
    running.live(86400 + 600, step=300)
    assert running.item(item.orthanc_id).decided_instances == 3


# Kills


@pytest.mark.parametrize("alive_for", [0, 1, QUIET / 2, QUIET - 1, QUIET + 1])
def test_a_kill_at_any_time_after_the_images_leaves_every_study_on_the_list(running, alive_for):
    running.ring()
    studies = [running.host.add_study(("CT", 2), PatientID=f"P-{number}") for number in range(5)]
    running.live(alive_for)
    running.restart()
    running.live(QUIET + 5)
    assert {item.orthanc_id for item in running.items()} == set(studies)
    assert {item.state for item in running.items()} == {State.ASSIGNED}
    assert all(len(running.decisions(item)) == 1 for item in running.items())


def test_a_kill_before_anybody_heard_of_the_study(running):
    orthanc_id = running.host.add_study(("CT", 2))
    running.restart()
    running.beat(1)
    assert running.item(orthanc_id).state == State.ARRIVING
    running.live(QUIET + 2)
    assert running.item(orthanc_id).state == State.ASSIGNED


def test_late_images_that_came_just_before_a_kill_are_decided_about(running):
    item = running.take_in(("CT", 2))
    running.live(3)
    running.host.add_images(item.orthanc_id, 2)
    running.restart()
    running.live(QUIET + 5)
    assert running.item(item.orthanc_id).decided_instances == 4


def test_after_a_long_absence_studies_at_rest_are_taken_in_at_once(running):
    orthanc_id = running.host.add_study(("CT", 2))
    running.clock.pass_(86400)
    running.restart()
    running.beat()
    assert running.item(orthanc_id).state == State.ASSIGNED


@pytest.mark.parametrize("step", [3600, -3600])
def test_a_clock_that_was_set_while_we_were_away_loses_nothing(running, step):
    running.ring()
    orthanc_id = running.host.add_study(("CT", 2))
    running.live(2)
    running.clock.step(step)
    running.restart()
    running.live(QUIET + 5)
    assert running.item(orthanc_id).state == State.ASSIGNED


def test_a_study_still_arriving_after_a_restart_is_waited_for(running):
    running.ring()
    orthanc_id = running.host.add_study(("CT", 2))
    running.live(QUIET - 2)
    running.restart()
    running.ring()
    for _ in range(4):
        running.host.add_images(orthanc_id, 1)
        running.live(QUIET - 2)
        assert running.item(orthanc_id).state == State.ARRIVING
    running.live(4)
    assert running.item(orthanc_id).decided_instances == 6


def test_a_kill_between_the_rows_and_the_bookmark_repeats_the_page_without_harm(running, monkeypatch):
    orthanc_id = running.host.add_study(("CT", 2))
    before = cursor(running)

    def killed(*args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(bookmarks, "put", killed)
        with pytest.raises(KeyboardInterrupt):
            intake.catch_up(running.room)
    assert cursor(running) == before and running.items() == []  # both or neither
    running.restart()
    running.live(QUIET + 5)
    assert len(running.decisions(running.item(orthanc_id))) == 1


def test_a_kill_right_after_the_bookmark_was_moved_leaves_the_work_marked(running, monkeypatch):
    item = running.take_in(("CT", 2))
    running.live(QUIET + 5)
    running.host.add_images(item.orthanc_id, 1)
    running.host.add_study(("CT", 1), PatientID="P-2")
    running.restart()

    def killed(*args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(catching_up, "examine", killed)
        with pytest.raises(KeyboardInterrupt):
            intake.catch_up(running.room)
    assert cursor(running) == running.host.last_change()
    running.restart()
    monkeypatch.setattr(catching_up, "OVERLAP", 1)  # reading the last changes again would find it too
    running.live(QUIET + 5)
    assert running.item(item.orthanc_id).decided_instances == 3


# The list of changes


def test_the_bookmark_follows_the_changes(running):
    running.host.add_study(("CT", 30))
    running.beat(1)
    assert cursor(running) == running.host.last_change()


def test_many_pages_are_read_to_the_end(running, monkeypatch):
    monkeypatch.setattr(catching_up, "PAGE", 7)
    studies = {running.host.add_study(("CT", 3), PatientID=f"P-{number}") for number in range(20)}
    running.beat(1)
    assert {item.orthanc_id for item in running.items()} == studies


def test_a_change_that_shows_after_later_ones_is_still_read(running):
    late = running.host.add_study(("CT", 1), PatientID="late")
    hidden = running.host.hide_changes()
    running.host.add_study(("CT", 1), PatientID="early")
    running.beat(1)
    running.host.show_changes(hidden)
    running.beat(1)
    assert running.item(late).state == State.ARRIVING


def test_an_index_that_counts_from_the_start_again_makes_us_look_at_every_study(running):
    item = running.take_in(("CT", 1))
    running.live(2)
    running.host.add_images(item.orthanc_id, 2)
    unknown = running.host.add_study(("CT", 1), PatientID="P-2")
    running.host.start_over()
    running.host.kill()
    running.live(QUIET + 10)
    assert running.item(item.orthanc_id).decided_instances == 3
    running.live(running.settings.reconcile_seconds, step=10)
    assert running.item(unknown).state == State.ASSIGNED
    assert cursor(running) == running.host.last_change()


def test_an_instance_that_cannot_be_looked_up_does_not_stop_the_reading(running):
    item = running.take_in(("CT", 1), PatientID="P-9")
    series = running.host.study(item.orthanc_id).series[0].orthanc_id
    running.host.failing.add(f"study_of_series {series}")
    other = running.host.add_study(("CT", 1))
    running.beat(1)
    assert running.item(other).state == State.ARRIVING
    assert cursor(running) == running.host.last_change()


def test_while_orthanc_does_not_answer_the_bookmark_stays(running):
    before = cursor(running)
    orthanc_id = running.host.add_study(("CT", 1))
    running.host.failing = {"study_of_series", "last_change"}
    with pytest.raises(Unavailable):
        intake.catch_up(running.room)
    assert cursor(running) == before
    running.host.failing = set()
    running.beat(1)
    assert running.item(orthanc_id).state == State.ARRIVING


def test_an_idle_minute_asks_orthanc_about_nothing_but_its_changes(running):
    running.take_in(("CT", 3))
    running.live(QUIET + 5)
    running.host.calls.clear()
    running.live(60)
    assert set(running.host.calls) == {"changes"}


def test_single_images_are_not_asked_about_while_the_service_runs(running):
    running.host.add_study(("CT", 50))
    running.host.calls.clear()
    running.beat(1)
    assert "study_of_instance" not in running.host.calls


# Reconciliation


def test_reconciliation_takes_in_what_is_at_rest_and_waits_for_the_rest(bench):
    old = bench.host.add_study(("CT", 1), PatientID="old")
    bench.host.become_stable()
    bench.clock.pass_(QUIET + 1)
    new = bench.host.add_study(("CT", 1), PatientID="new")
    reconciling.reconcile(bench.room)
    assert (bench.item(old).state, bench.item(new).state) == (State.ASSIGNED, State.ARRIVING)


def test_reconciling_again_changes_nothing(bench):
    bench.host.add_study(("CT", 1))
    bench.clock.pass_(QUIET + 1)
    bench.host.become_stable()
    reconciling.reconcile(bench.room)
    with bench.unchanged():
        reconciling.reconcile(bench.room)


def test_an_archive_that_was_there_before_the_service_does_not_flood_the_list(bench):
    old = bench.host.add_study(("CT", 2), PatientID="old")
    bench.clock.pass_(3 * 86400)
    recent = bench.host.add_study(("CT", 2), PatientID="recent")
    bench.clock.pass_(3600)
    bench.restart()
    bench.live(QUIET + 5)
    assert (bench.item(old).state, bench.item(recent).state) == (State.SKIPPED, State.ASSIGNED)
    assert bench.item(old).reason == reconciling.ARCHIVED
    bench.host.add_images(old, 1)
    bench.host.become_stable()
    bench.live(QUIET + 5)
    assert bench.item(old).state == State.ASSIGNED  # a late image makes work of it


def test_many_unknown_studies_do_not_hold_up_the_heartbeat(bench, monkeypatch):
    for number in range(30):
        bench.host.add_study(("CT", 1), PatientID=f"P-{number}")
    study = bench.host.study

    def slow(orthanc_id: str) -> object:
        bench.clock.pass_(0.1)
        return study(orthanc_id)

    monkeypatch.setattr(bench.host, "study", slow)
    bench.beat(1)
    assert 0 < len(bench.items()) < 10
    bench.live(QUIET + 30)
    assert len(bench.items()) == 30


def test_reception_of_a_study_found_later_is_when_it_came(running):
    orthanc_id = running.host.add_study(("CT", 1))
    came = running.clock.now()
    running.clock.pass_(7200)
    running.restart()
    running.beat()
    item = running.item(orthanc_id)
    assert item.received_at == came and item.due_at == came + timedelta(hours=24)
