"""The example of an inference service runs against a real Orthanc, as its README says."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

from support import dicom_files
from support.live_orthanc import LiveOrthanc
from teleradiology.config.settings import HOME

DECIDED = ("assigned", "unassigned")


def test_the_example_tells_a_finding_of_a_waiting_study(new_orthanc: Callable[..., LiveOrthanc]) -> None:
    orthanc = new_orthanc().start()
    images = dicom_files.study(2, StudyDescription="For the example")
    assert set(orthanc.c_store(images)) == {0}
    uid = str(images[0].StudyInstanceUID)
    orthanc.item_of(uid, states=DECIDED)
    auth = orthanc.account("example-node", "integrator", "quality")
    token = orthanc.post("/teleradiology/api/tokens", auth=auth, json={"name": "node"}).json()["token"]
    command = [sys.executable, str(HOME / "examples" / "ai_node" / "node.py"), orthanc.url, "--once"]
    environ = {**os.environ, "AI_NODE_TOKEN": token}
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    found = orthanc.api(f"studies/{uid}/findings")["findings"]
    assert [(each["device"], each["code"]) for each in found] == [("Example node", "EXAMPLE-BRIGHT")]
    assert 0 <= found[0]["score"] <= 1
