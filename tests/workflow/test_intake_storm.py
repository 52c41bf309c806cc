"""Images, events, beats, deletions, failures, clock steps and kills in any order: no study is lost, none is decided twice."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from support.bench import QUIET, Bench
from teleradiology.core.worklist import State
from teleradiology.workflow import intake, reconciling
from teleradiology.workflow.description import image_count

STUDIES = 4
CAUSES = ("study-complete", "study-grew", "study-shrank", "intake-failed")
numbers = st.integers(0, STUDIES - 1)


class Storm(RuleBasedStateMachine):
    """Events reach us or not, early or late, once or often."""

    @initialize(rings=st.booleans())
    def begin(self, rings: bool) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="storm-"))
        self.bench = Bench(self.folder)
        self.bench.live(2)
        self.rings = rings
        self.blind = False  # what /changes told is gone: only the daily look at every study finds all
        self._listen()

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            self._calm()
            self.bench.room.store.close()
            shutil.rmtree(self.folder)

    def _listen(self) -> None:
        if self.rings:
            self.bench.ring()
        else:
            self.bench.host.ring = lambda *event: None

    def _study(self, number: int) -> str | None:
        known = self.bench.host.study_ids() if "study_ids" not in self.bench.host.failing else []
        return known[number % len(known)] if known else None

    @rule(number=numbers, images=st.integers(1, 3), modality=st.sampled_from(["CT", "MR", "SR"]))
    def arrive(self, number: int, images: int, modality: str) -> None:
        self.bench.host.add_study((modality, images), StudyInstanceUID=f"1.2.{number}", PatientID=f"P-{number}")

    @rule(number=numbers)
    def delete(self, number: int) -> None:
        if study := self._study(number):
            self.bench.host.delete(study)

    @rule(seconds=st.sampled_from([1, 5, QUIET, 400]))
    def live(self, seconds: float) -> None:
        self.bench.live(seconds, step=max(1, seconds / 10))

    @rule(number=numbers, event=st.sampled_from(["notice", "stir", "settle", "stable", "vanish"]))
    def ring(self, number: int, event: str) -> None:
        if study := self._study(number):
            getattr(intake, event)(self.bench.room, study)

    @rule()
    def become_stable(self) -> None:
        self.bench.host.become_stable()

    @rule()
    def kill(self) -> None:
        self.bench.restart()

    @rule(rings=st.booleans())
    def deafen(self, rings: bool) -> None:
        self.rings = rings
        self._listen()

    @rule(step=st.sampled_from([3600, -3600]))
    def set_the_clock(self, step: int) -> None:
        self.bench.clock.step(step)

    @rule()
    def empty_the_changes(self) -> None:
        self.bench.host.empty_changes()
        self.blind = True

    @rule(calls=st.sets(st.sampled_from(["study", "instance_file", "changes", "study_ids", "last_change", "study_of_series"])))
    def fail(self, calls: set[str]) -> None:
        self.bench.host.failing = set(calls)

    @rule()
    def heal(self) -> None:
        self.bench.host.failing = set()

    @rule()
    def reconcile(self) -> None:
        if not self.bench.host.failing:
            reconciling.reconcile(self.bench.room)

    @rule(number=numbers, state=st.sampled_from([State.READING, State.COMPLETED]))
    def work(self, number: int, state: State) -> None:
        """A person takes an item that can be taken, or finishes it."""
        found = [item for item in self.bench.items() if item.state in (State.UNASSIGNED, State.ASSIGNED)]
        if found:
            self.bench.change(found[number % len(found)], state=state)

    @invariant()
    def one_item_for_each_study(self) -> None:
        if hasattr(self, "bench"):
            studies = [item.orthanc_id for item in self.bench.items()]
            assert len(studies) == len(set(studies))

    @invariant()
    def no_decision_twice_about_the_same(self) -> None:
        if not hasattr(self, "bench"):
            return
        for item in self.bench.items():
            causes = sum(event in CAUSES for event in self.bench.events(item))
            made = [one for one in self.bench.decisions(item) if one.cause in ("study complete", "late images")]
            assert len(made) <= causes

    def _calm(self) -> None:
        """When everything works again, all that is in the PACS is on the list as it is."""
        self.bench.host.failing = set()
        self.bench.host.become_stable()
        self.bench.live(700, step=7)
        if self.blind:
            reconciling.look_at_all(self.bench.room)
            self.bench.live(QUIET + 30, step=2)
        for orthanc_id in self.bench.host.study_ids():
            item, study = self.bench.item(orthanc_id), self.bench.host.study(orthanc_id)
            assert item.missing_since is None
            assert item.decided_instances == image_count(study), item.state
            assert item.state != State.ARRIVING
            assert item.decision is not None or item.state in (State.READING, State.COMPLETED) or item.attempts
        gone = {item.orthanc_id for item in self.bench.items()} - set(self.bench.host.study_ids())
        assert all(self.bench.item(orthanc_id).missing_since for orthanc_id in gone)


Storm.TestCase.settings = settings(
    max_examples=15,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
    phases=[Phase.generate],  # a storm takes too long to be made smaller within a test's time
)
test_no_study_is_lost_in_a_storm = Storm.TestCase
