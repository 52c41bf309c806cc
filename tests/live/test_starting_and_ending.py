"""What happens when Orthanc starts with something wrong, stops, is killed, or runs without our plugin."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support import dicom_files
from support.live_fixtures import PROBE
from support.live_orthanc import ADMIN, HOME, LiveOrthanc, until

Make = Callable[..., LiveOrthanc]
SCRIPT = '"PythonScript": "${TELERADIOLOGY_SCRIPT:-plugins/teleradiology_plugin.py}"'
PYTHON = '"${TELERADIOLOGY_PLUGINS:-/usr/share/orthanc/plugins}/libOrthancPython.so",'
PATH = '"Path": "${TELERADIOLOGY_SCRIPT:-plugins/teleradiology_plugin.py}"'
ROUTES = ("/", "/system", "/studies", "/patients", "/dicom-web/studies", "/wado", "/app/explorer.html", "/teleradiology/")


@pytest.fixture
def with_a_study(new_orthanc: Make) -> tuple[LiveOrthanc, str]:
    """An installation that holds a study and is stopped."""
    running = new_orthanc().start()
    one = dicom_files.image(PatientName="CANARY^Lua")
    assert running.c_store([one]) == [0]
    running.item_of(one.StudyInstanceUID)
    orthanc_id = running.get("/studies").json()[0]
    assert running.stop() == 0
    return running, orthanc_id


def serves_nothing(running: LiveOrthanc, study: str) -> None:
    for path in (*ROUTES, f"/studies/{study}", f"/studies/{study}/archive", f"/studies/{study}/"):
        for auth in (None, ADMIN):
            answer = running.get(path, auth)
            assert (answer.status_code, answer.content) == (403, b""), path
    assert running.delete(f"/studies/{study}").status_code == 403
    assert running.post("/tools/find", json={"Level": "Study", "Query": {}}).status_code == 403


@pytest.mark.parametrize(
    "replaced",
    [
        pytest.param({SCRIPT: '"X": ""', PATH: '"Y": ""'}, id="no script configured"),
        pytest.param({PYTHON: ""}, id="no Python plugin"),
    ],
)
def test_without_our_plugin_orthanc_serves_nothing(
    new_orthanc: Make, with_a_study: tuple[LiveOrthanc, str], replaced: dict[str, str]
) -> None:
    _, study = with_a_study
    bare = new_orthanc(replaced=replaced)
    bare.start(wait=False)
    assert bare.is_running
    serves_nothing(bare, study)


def test_a_variable_left_over_from_another_process_opens_nothing(
    new_orthanc: Make, with_a_study: tuple[LiveOrthanc, str]
) -> None:
    _, study = with_a_study
    bare = new_orthanc(replaced={SCRIPT: '"X": ""', PATH: '"Y": ""'}, environ={"TELERADIOLOGY_GUARDING": str(os.getpid())})
    bare.start(wait=False)
    serves_nothing(bare, study)


def ends_with(running: LiveOrthanc, *texts: str) -> None:
    """It does not start, never opens its port, and says why."""
    running.start(wait=False)
    until(lambda: running.has_ended, "Orthanc gives up", 15)
    assert running.exit_code not in (0, None)
    for text in texts:
        assert text in running.log


def test_a_missing_script_stops_orthanc(new_orthanc: Make) -> None:
    ends_with(new_orthanc(environ={"TELERADIOLOGY_SCRIPT": "/nowhere/none.py"}), "Inexistent")


def test_a_script_that_raises_stops_orthanc(new_orthanc: Make, tmp_path: Path) -> None:
    script = tmp_path / "broken.py"
    script.write_text("raise RuntimeError('broken on purpose')")
    ends_with(new_orthanc(environ={"TELERADIOLOGY_SCRIPT": str(script)}))


def test_a_missing_environment_stops_orthanc_with_one_clear_line(new_orthanc: Make) -> None:
    ends_with(new_orthanc(environ={"TELERADIOLOGY_SITE": "/nowhere"}), "Teleradiology: /nowhere/lib/python3", "run ./serve")


def test_settings_with_problems_stop_orthanc_and_all_are_named(new_orthanc: Make) -> None:
    wrong = {"QuietSecond": 3, "LeaseSeconds": "long", "Threads": 0}
    ends_with(
        new_orthanc(settings=wrong),
        "unknown setting 'QuietSecond' — did you mean 'QuietSeconds'?",
        "Teleradiology.LeaseSeconds: expected a number of seconds above 0, found a text",
        "Teleradiology.Threads: expected a whole number above 0, found 0",
    )


BAD_RULES = "version: 1\npriorities: {routine: {turnaround: 24h}}\nrules:\n  - name: all\n    then: {priority: rutine}\n"


def test_a_bad_rules_file_stops_the_first_start(new_orthanc: Make) -> None:
    ends_with(new_orthanc(rules=BAD_RULES), "worklist_rules.yaml:5:", "rutine", "routine")


def test_report_templates_with_problems_stop_orthanc_and_all_are_named(new_orthanc: Make, tmp_path: Path) -> None:
    shutil.copytree(HOME / "templates", tmp_path / "templates")
    (tmp_path / "templates" / "report" / "broken.html.j2").write_text("line one\n{% if %}\n")
    (tmp_path / "templates" / "report" / "texts" / "broken.yaml").write_text("title: [")
    running = new_orthanc(settings={"Templates": str(tmp_path / "templates")})
    ends_with(running, "The report templates have problems", "broken.html.j2:2: ", "broken.yaml: expected YAML")


def test_a_rules_file_that_became_bad_is_passed_over_for_the_last_good_one(new_orthanc: Make) -> None:
    running = new_orthanc().start()
    good = running.api("rules")["digest"]
    running.rules_file.write_text(BAD_RULES)
    assert running.stop() == 0
    running.start()
    assert running.api("rules")["digest"] == good
    assert "rutine" in str(running.api("status"))


def children_of(pid: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            if int(fields[1]) == pid:
                found.append(int(stat.parent.name))
    return found


def is_there(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


@pytest.fixture
def with_a_renderer(new_orthanc: Make) -> Iterator[tuple[LiveOrthanc, list[int]]]:
    """Orthanc with the process that renders reports running beside it."""
    running = new_orthanc().start()
    reader = running.account("dr", "radiologist", reader="dr-salem")
    one = dicom_files.image()
    assert running.c_store([one]) == [0]
    item = running.item_of(one.StudyInstanceUID, states=("assigned", "unassigned"))
    assert running.post(f"/teleradiology/api/worklist/{item['id']}/claim", reader, json={}).status_code == 200
    names = ("indication", "technique", "comparison", "findings", "impression", "recommendation")
    draft = {"sections": dict.fromkeys(names, "Normal."), "language": "en"}
    version = running.get(f"/teleradiology/api/worklist/{item['id']}/report", reader).headers.get("ETag", "")
    answer = running.put(
        f"/teleradiology/api/worklist/{item['id']}/report", reader, json=draft, headers={"If-Match": version} if version else {}
    )
    assert answer.status_code == 200, answer.text
    sign = {"status": "final", "password": reader[1]}
    answer = running.post(f"/teleradiology/api/worklist/{item['id']}/report/sign", reader, json=sign)
    assert answer.status_code in (200, 201), answer.text
    children = until(lambda: children_of(running.pid), "the renderer's process", 30)
    yield running, children
    for pid in children:
        if is_there(pid):
            os.kill(pid, signal.SIGKILL)


def test_a_stop_ends_everything_in_good_order(with_a_renderer: tuple[LiveOrthanc, list[int]]) -> None:
    running, children = with_a_renderer
    assert running.stop(15.0) == 0
    assert not [pid for pid in children if is_there(pid)]
    assert "Python plugin is finalizing" in running.log


def test_a_kill_leaves_no_process_behind(with_a_renderer: tuple[LiveOrthanc, list[int]]) -> None:
    running, children = with_a_renderer
    running.kill()
    until(lambda: not [pid for pid in children if is_there(pid)], "the renderer's process ends by itself", 10)


def test_a_handler_that_hangs_does_not_keep_orthanc_from_stopping(new_orthanc: Make) -> None:
    running = new_orthanc(environ={"TELERADIOLOGY_SCRIPT": str(PROBE)}, settings={"RequestSeconds": 1}).start()
    assert running.get("/teleradiology/sleeps/60.0").status_code == 503
    assert running.stop(15.0) == 0


def test_orthanc_is_ready_soon_after_a_restart(new_orthanc: Make) -> None:
    running = new_orthanc().start()
    assert running.stop() == 0
    begun = time.monotonic()
    running.start()
    assert time.monotonic() - begun < 5.0  # 1.4 s on an idle machine; the goal is 3


def test_handlers_have_a_large_stack_also_where_threads_get_a_small_one(new_orthanc: Make) -> None:
    running = new_orthanc(environ={"TELERADIOLOGY_SCRIPT": str(PROBE)}, shell="ulimit -s 1024;").start()
    assert running.get("/teleradiology/stack").json()["stack"] >= 16 << 20
    assert running.post("/teleradiology/json", data=b"[" * 100_000).status_code == 400


def test_the_plugin_switches_delays_off_itself(new_orthanc: Make) -> None:
    running = new_orthanc()
    del running.environ["TCP_NODELAY"]
    running.start()
    begun = time.monotonic()
    assert running.c_store(dicom_files.study(60)) == [0] * 60
    # With delayed acknowledgements on Orthanc's side these take 44 ms each, 2.6 s together.
    assert time.monotonic() - begun < 2.0


def test_the_plugin_puts_orthanc_into_universal_time(new_orthanc: Make) -> None:
    running = new_orthanc(environ={"TZ": "Pacific/Kiritimati"}).start()  # 14 hours ahead
    local, universal = running.get("/tools/now-local").text, running.get("/tools/now").text
    assert local[:13] == universal[:13]


def test_a_missing_guard_file_stops_orthanc(new_orthanc: Make) -> None:
    ends_with(new_orthanc(replaced={"IncomingHttpRequestFilter.lua": "gone.lua"}), "gone.lua")


def test_start_and_stop_are_on_the_audit_trail(new_orthanc: Make) -> None:
    running = new_orthanc().start()
    running.restart()
    events = [event["event"] for event in reversed(running.api("audit", params={"limit": "200"})["items"])]
    life = [event for event in events if event.startswith("service-")]
    assert life == ["service-started", "service-stopped", "service-started"]


def test_paths_in_orthanc_json_start_at_its_folder(new_orthanc: Make) -> None:
    running = new_orthanc().start()
    assert (running.data / "teleradiology.db").exists()
    assert (running.data / "orthanc").is_dir()
    assert str(HOME) in running.log
