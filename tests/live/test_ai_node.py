"""The example of an inference service runs against a real Orthanc, as its README says word for word."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from support import dicom_files
from support.live_orthanc import RULES, LiveOrthanc, until
from teleradiology.config.settings import HOME

DECIDED = ("assigned", "unassigned")
README = (HOME / "examples" / "ai_node" / "README.md").read_text(encoding="utf-8")


def block(kind: str) -> str:
    (found,) = re.findall(rf"```{kind}\n(.*?)```", README, re.DOTALL)
    return found


def test_the_example_tells_a_finding_of_a_waiting_study_and_the_rule_heeds_it(new_orthanc: Callable[..., LiveOrthanc]) -> None:
    rules = RULES.read_text(encoding="utf-8").replace("rules:\n", block("yaml"), 1)
    orthanc = new_orthanc(rules=rules).start()
    images = dicom_files.study(2, StudyDescription="For the example")
    assert set(orthanc.c_store(images)) == {0}
    uid = str(images[0].StudyInstanceUID)
    assert orthanc.item_of(uid, states=DECIDED)["priority"] == "routine"
    auth = orthanc.account("example-node", "integrator", "quality")
    token = orthanc.post("/teleradiology/api/tokens", auth=auth, json={"name": "node"}).json()["token"]
    done = run(orthanc, token)
    assert done.returncode == 0, done.stderr
    (found,) = orthanc.api(f"studies/{uid}/findings")["findings"]
    assert (found["device"], found["code"], found["positive"]) == ("Example node", "EXAMPLE-BRIGHT", found["score"] >= 0.5)
    wanted = "urgent" if found["positive"] else "routine"
    until(lambda: orthanc.item_of(uid)["priority"] == wanted, f"priority {wanted}")
    run(orthanc, token)
    assert orthanc.api(f"studies/{uid}/findings")["findings"] == [found]


def run(orthanc: LiveOrthanc, token: str) -> subprocess.CompletedProcess[str]:
    """The commands of the README, with this token and this Orthanc."""
    commands = block("sh").replace("tr_…", token).replace("http://127.0.0.1:8042", orthanc.url)
    folder = Path(sys.executable).parent
    environ = {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"}
    return subprocess.run(
        ["bash", "-ec", commands], cwd=HOME, env=environ, capture_output=True, text=True, timeout=60, check=False
    )
