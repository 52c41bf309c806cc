"""`./teleradiology rules …` as administrators type it: on files, on a data folder, on a running service, and mistyped."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.serving import make_server

from support.bench import QUIET, RULES, Bench
from support.live_orthanc import free_port
from teleradiology.cli import main, source
from teleradiology.store import audit, rules_history
from teleradiology.web.app import create_app
from teleradiology.workflow import accounts, rules

URGENT_MR = "when: {modality: MR}\n    then: {priority: urgent}"
PASSWORD = "correct horse battery"
LONG_AGO = "2000-01-01"


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """A data folder with the studies of a day: three CTs, one of them a stroke, and two MRs."""
    folder = tmp_path / "data"
    folder.mkdir()
    bench = Bench(folder, RULES, database_url=f"sqlite:///{folder / 'teleradiology.db'}")
    note = {"http_port": free_port(), "dicom_port": free_port(), "rules": str(folder / "rules.yaml")}
    (folder / "serving.json").write_text(json.dumps(note))
    rules.remember(bench.room)
    bench.ring()
    for modality, description in (("CT", "CT CHEST"), ("CT", "CT STROKE"), ("CT", "CT HEAD"), ("MR", "MR KNEE"), ("MR", "MR")):
        bench.take_in((modality, 1), StudyDescription=description, PatientName="SECRET^NAME", AccessionNumber=f"A-{description}")
    bench.live(QUIET + 2)
    return bench


class Typed:
    """What a command answered."""

    def __init__(self, capsys: pytest.CaptureFixture[str], arguments: list[str]):
        try:
            self.code = main(arguments)
        except SystemExit as ended:
            self.code = int(ended.code or 0)
        self.out, self.err = capsys.readouterr()

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def typed(capsys: pytest.CaptureFixture[str]) -> Any:
    return lambda *arguments: Typed(capsys, ["rules", *map(str, arguments)])


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """Rules by which an MR is routine."""
    file = tmp_path / "changed.yaml"
    file.write_text(RULES.replace(URGENT_MR, URGENT_MR.replace("urgent", "routine")), encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("word", "meant"),
    [("expain", "explain"), ("tset", "test"), ("covrage", "coverage"), ("backtset", "backtest"), ("dif", "diff"),
     ("hisotry", "history"), ("rolback", "rollback"), ("shema", "schema"), ("chekc", "check")],
)  # fmt: skip
def test_a_misspelt_verb_is_refused_with_the_one_meant(typed: Any, word: str, meant: str) -> None:
    answer = typed(word)
    assert (answer.code, answer.out) == (2, "")
    assert f"Did you mean {meant}?" in answer.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["explain"], "give either a STUDY, or --tags or --json"),
        (["explain", "X", "--tags", "Modality=CT"], "give either a STUDY"),
        (["explain", "--tags", "Modality"], "expected NAME=VALUE, found 'Modality'"),
        (["explain", "--tags", "Modality=CT,StudyDescription"], "found 'StudyDescription' without a value"),
        (["explain", "--tags", "Modalty=CT"], "Did you mean Modality?"),
        (["explain", "--tags", "Modality=CT", "--expect", "prority=stat"], "Did you mean priority?"),
        (["explain", "--tags", "Modality=CT", "--expect", "priority=stta"], "Did you mean stat?"),
        (["explain", "--tags", "Modality=CT,Modality=MR"], "'Modality' is given twice"),
        (["explain", "--taggs", "Modality=CT"], "Did you mean --tags?"),
        (["backtest", "--since", "7x"], "expected a time ago such as 7d"),
        (["backtest", "--limit", "many"], "expected a number from 1"),
        (["coverage", "--fail-under", "lots"], "expected a percentage"),
        (["diff", "one.yaml"], "required"),
        (["history", "--formt", "json"], "Did you mean --format?"),
    ],
)
def test_what_is_not_understood_ends_with_2_and_a_hint(typed: Any, arguments: list[str], said: str) -> None:
    answer = typed(*arguments)
    assert (answer.code, answer.out) == (2, "")
    assert said in answer.err


@pytest.mark.parametrize("act", [("check",), ("test",), ("coverage", "--examples-only")])
def test_a_report_template_that_there_is_not_is_told_as_the_service_would(typed: Any, tmp_path: Path, act: Any) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text(RULES.replace("subspecialty: neuro", "subspecialty: neuro, template: ct-hed", 1), encoding="utf-8")
    answer = typed(*act, file)
    assert answer.code == 1
    assert "did you mean 'ct-head'?" in answer.err


@pytest.fixture
def piped(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Puts a text on standard input."""
    return lambda text: monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(text.encode())))


def test_rules_are_checked_and_tried_from_standard_input(typed: Any, piped: Any, bench: Bench, changed: Path) -> None:
    text = changed.read_text(encoding="utf-8")
    for act in (("check",), ("test",), ("coverage", "--examples-only")):
        piped(text)
        assert typed(*act, "-").code == 0
    piped(text)
    assert typed("check", "-", "--format", "json").json["file"] == "<stdin>"
    for act in (("backtest", "--since", LONG_AGO, "--rules", "-"), ("diff", "in-force", "-")):
        piped(text)
        from_file = typed(*(str(changed) if each == "-" else each for each in act), "--data", bench.folder)
        assert typed(*act, "--data", bench.folder).out == from_file.out != ""


@pytest.mark.parametrize("act", ["check", "test"])
def test_mistakes_of_standard_input_are_told_with_their_lines(typed: Any, piped: Any, act: str) -> None:
    piped(RULES.replace("priority: urgent", "priority: urgnet"))
    answer = typed(act, "-")
    assert (answer.code, answer.out) == (1, "")
    line = RULES[: RULES.index("priority: urgent")].count("\n") + 1
    assert f"<stdin>:{line}:" in answer.err and "did you mean 'urgent'?" in answer.err
    piped("")
    assert typed(act, "-").code == 1


def test_more_examples_are_tried_by_rules_from_standard_input(typed: Any, piped: Any, tmp_path: Path) -> None:
    beside = tmp_path / "more.yaml"
    beside.write_text("- {name: knee, given: {modality: MR}, expect: {priority: urgent}}\n", encoding="utf-8")
    piped(RULES)
    answer = typed("test", "-", "--examples", beside)
    assert answer.code == 0 and "knee" in answer.out


def test_an_unknown_study_is_told(typed: Any, bench: Bench) -> None:
    answer = typed("explain", "1.2.3.4", "--data", bench.folder)
    assert (answer.code, answer.out) == (1, "")
    assert "no study has '1.2.3.4'" in answer.err


@pytest.mark.parametrize("column", ["id", "study_instance_uid", "orthanc_id", "accession_number"])
def test_a_study_is_explained_by_any_of_its_names_and_without_the_patients(typed: Any, bench: Bench, column: str) -> None:
    item = next(each for each in bench.items() if each.description == "CT STROKE")
    answer = typed("explain", getattr(item, column), "--data", bench.folder)
    assert answer.code == 0
    assert item.id in answer.out
    assert "SECRET" not in answer.out


def test_an_explanation_has_every_rule_and_condition_with_its_line(typed: Any, bench: Bench) -> None:
    item = next(each for each in bench.items() if each.description == "CT HEAD")
    lines = typed("explain", item.id, "--data", bench.folder).out.splitlines()
    file, text = bench.folder / "rules.yaml", RULES.splitlines()
    stroke = text.index("  - name: stroke") + 1
    assert any(line.endswith(f"{file}:{stroke}  stroke") for line in lines)
    assert f"      ✓ modality is CT  (found CT)  {file}:{stroke + 1}" in lines
    assert f"      ✗ study_description contains stroke  (found CT HEAD)  {file}:{stroke + 1}" in lines
    assert any("dr-amal ✓" in line for line in lines)


def test_what_the_file_on_the_disk_would_change_is_told(typed: Any, bench: Bench, changed: Path) -> None:
    item = next(each for each in bench.items() if each.description == "MR KNEE")
    (bench.folder / "rules.yaml").write_text(changed.read_text(encoding="utf-8"), encoding="utf-8")
    assert "would change with" in (said := typed("explain", item.id, "--data", bench.folder).out)
    assert "priority urgent→routine" in said


@pytest.mark.parametrize("asked", [("A-CT STROKE",), ("--tags", "Modality=MR")])
def test_a_study_is_explained_also_while_the_file_on_the_disk_is_broken(typed: Any, bench: Bench, asked: tuple[str, ...]) -> None:
    bench.settings.rules_file.write_text(RULES.replace("priority: urgent", "priority: urgnet"), encoding="utf-8")
    found = typed("explain", *asked, "--data", bench.settings.data_dir)
    assert (found.code, "decided: priority=" in found.out) == (0, True)
    assert "1 problem and is not in force" in found.err and "rules check" in found.err


def test_a_made_up_study_needs_no_database(typed: Any, tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text(RULES, encoding="utf-8")
    made_up = [
        "--tags",
        "Modality=CT,StudyDescription=CT HEAD, STROKE,calling_aet=ZLITEN_CT",
        "--rules",
        file,
        "--data",
        tmp_path,
    ]
    answer = typed("explain", *made_up, "--expect", "priority=stat,subspecialty=neuro", "--format", "json")
    assert (answer.code, answer.json["ok"], answer.json["subject"]["facility"]) == (0, True, "zliten")
    assert answer.json["readers"]["chosen"] == "dr-amal"


def test_an_expectation_that_is_not_met_ends_with_1(typed: Any, tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text(RULES, encoding="utf-8")
    answer = typed("explain", "--tags", "Modality=MR", "--rules", file, "--data", tmp_path, "--expect", "priority=stat")
    assert answer.code == 1
    assert "priority: expected stat, found urgent" in answer.out


def test_a_made_up_study_may_be_dicom_json(typed: Any, tmp_path: Path) -> None:
    file, study = tmp_path / "rules.yaml", tmp_path / "study.json"
    file.write_text(RULES, encoding="utf-8")
    study.write_text('[{"00080060": {"vr": "CS", "Value": ["MR"]}, "00081030": {"vr": "LO", "Value": ["MR KNEE"]}}]')
    answer = typed("explain", "--json", study, "--rules", file, "--data", tmp_path, "--format", "json")
    assert (answer.code, answer.json["attributes"]["priority"]["value"]) == (0, "urgent")
    study.write_text("{")
    assert typed("explain", "--json", study, "--rules", file, "--data", tmp_path).code == 2


EXAMPLES = """\
examples:
  - name: a stroke
    given: {modality: CT, study_description: CT STROKE}
    expect: {priority: stat}
  - name: a knee
    given: {modality: MR}
    expect: {priority: stat}
"""


def test_examples_are_tried_one_by_one(typed: Any, tmp_path: Path) -> None:
    file, beside = tmp_path / "rules.yaml", tmp_path / "more.yaml"
    file.write_text(RULES + EXAMPLES, encoding="utf-8")
    answer = typed("test", file)
    assert answer.code == 1
    assert "✓ a stroke" in answer.out and "✗ a knee" in answer.out and "1 of 2 examples hold" in answer.out
    file.write_text(RULES, encoding="utf-8")
    assert "has no examples; nothing was tried" in typed("test", file).out
    beside.write_text(EXAMPLES, encoding="utf-8")
    answer = typed("test", file, "--examples", beside, "--format", "json")
    assert (answer.code, [each["ok"] for each in answer.json["results"]]) == (1, [True, False])
    assert answer.json["results"][1]["problems"][0]["line"] == 7


def test_a_file_that_is_wrong_in_other_ways_is_not_tried(typed: Any, tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text(RULES.replace("priority: stat", "priorty: stat") + EXAMPLES, encoding="utf-8")
    answer = typed("test", file)
    assert (answer.code, answer.out) == (1, "")
    assert "did you mean 'priority'?" in answer.err


def test_coverage_names_the_rules_that_nothing_reached(typed: Any, bench: Bench, tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text(RULES, encoding="utf-8")
    alone = typed("coverage", file, "--data", tmp_path, "--format", "json")
    assert (alone.code, alone.json["percent"], alone.json["studies"]) == (0, 0.0, 0)
    found = typed("coverage", file, "--data", bench.folder, "--since", LONG_AGO, "--format", "json", "--fail-under", "90")
    assert (found.code, found.json["missed"]) == (1, ["nothing to read", "waits for a prior"])
    assert typed("coverage", file, "--data", bench.folder, "--since", LONG_AGO, "--fail-under", "60").code == 0


def test_a_backtest_tells_who_would_move_and_what_that_does(typed: Any, bench: Bench, changed: Path) -> None:
    answer = typed("backtest", "--rules", changed, "--since", LONG_AGO, "--data", bench.folder)
    assert answer.code == 0
    assert "2 of 5 studies" in answer.out
    assert "zliten  urgent  →  routine  2" in answer.out
    assert "SECRET" not in answer.out
    found = typed("backtest", "--rules", changed, "--since", LONG_AGO, "--data", bench.folder, "--format", "json").json
    assert found["by_facility_priority"] == {"zliten": {"urgent": {"routine": 2}}}
    assert sum(row["after"]["studies"] for row in found["workload"]) == 5
    assert found["lateness"]["before"]["urgent"]["studies"] == 2
    assert found["lateness"]["after"]["routine"]["studies"] == 4
    assert {each["changes"]["priority"]["after"] for each in found["items"]} == {"routine"}


def test_a_backtest_may_fail_a_pipeline(typed: Any, bench: Bench, changed: Path) -> None:
    arguments = ["backtest", "--rules", changed, "--since", LONG_AGO, "--data", bench.folder]
    assert typed(*arguments, "--fail-over", "1").code == 1
    assert typed(*arguments, "--fail-over", "2").code == 0
    assert typed(*arguments, "--facility", "zlitn").code == 2


def test_a_diff_speaks_of_meaning(typed: Any, tmp_path: Path, changed: Path) -> None:
    file, respelt = tmp_path / "a.yaml", tmp_path / "b.yaml"
    file.write_text(RULES, encoding="utf-8")
    respelt.write_text("# a remark\n" + RULES.replace("{priority: urgent}", "{priority:   urgent}"), encoding="utf-8")
    assert typed("diff", file, respelt).out == "no difference that means anything\n"
    answer = typed("diff", file, changed, "--exit-code")
    assert (answer.code, answer.out) == (1, "rules: magnetic resonance changed then.priority: urgent → routine\n")
    moved = tmp_path / "c.yaml"
    block = RULES[RULES.index("  - name: magnetic") : RULES.index("  - name: everything")]
    text = RULES.replace(block, "").replace("  - name: stroke", block + "  - name: stroke")
    moved.write_text(text.replace("Dr Salem", "Dr Salem A."), encoding="utf-8")
    kinds = {
        (each["section"], each["name"], each["kind"])
        for each in typed("diff", file, moved, "--format", "json").json["differences"]
    }
    assert ("readers", "dr-salem", "changed") in kinds
    assert {kind for section, _, kind in kinds if section == "rules"} == {"moved"}


def test_rules_of_the_past_come_back_with_a_copy_and_on_the_trail(typed: Any, bench: Bench, changed: Path) -> None:
    first, file = bench.room.rules.current.digest, bench.folder / "rules.yaml"
    file.write_text(changed.read_text(encoding="utf-8"), encoding="utf-8")
    bench.live(3)
    second = bench.room.rules.current.digest
    assert second != first
    assert typed("rollback", first[:12], "--data", bench.folder).code == 2  # nobody to ask
    answer = typed("rollback", first[:12], "--yes", "--data", bench.folder, "--format", "json")
    assert (answer.code, answer.json["digest"], answer.json["before"]) == (0, first, second)
    assert file.read_text(encoding="utf-8") == RULES
    assert (file.parent / answer.json["backup"]).read_text(encoding="utf-8") == changed.read_text(encoding="utf-8")
    bench.live(3)
    assert bench.room.rules.current.digest == first
    with bench.room.store.reading() as c:
        assert [change.cause for change in rules_history.newest(c, 9)] == ["rollback", "file", "start"]
        assert audit.verify(c).ok
    shown = typed("history", "--data", bench.folder).out
    assert first[:12] in shown and "rollback" in shown
    assert typed("diff", second, "in-force", "--data", bench.folder, "--exit-code").code == 1


@pytest.mark.parametrize(
    ("digest", "code"), [("xyz", 2), ("ab", 2), ("0" * 64, 1), ("changed.yaml", 2), ("in-force", 2), ("disk", 2)]
)
def test_rules_that_never_were_in_force_do_not_come_back(
    typed: Any, bench: Bench, changed: Path, monkeypatch: pytest.MonkeyPatch, digest: str, code: int
) -> None:
    monkeypatch.chdir(changed.parent)
    answer = typed("rollback", digest, "--yes", "--data", bench.folder)
    assert (answer.code, answer.out) == (code, "")
    assert answer.err
    assert (bench.folder / "rules.yaml").read_text(encoding="utf-8") == RULES


def test_what_is_no_digest_is_told_before_anybody_is_asked(typed: Any, bench: Bench) -> None:
    for where in (["--data", bench.folder], ["--url", "http://127.0.0.1:9"]):
        answer = typed("rollback", "a0d1", "--yes", *where)
        assert (answer.code, answer.out) == (2, "")
        assert "expected the first 6 or more digits of a digest of the history" in answer.err


def test_a_rollback_tells_which_file_it_wrote(typed: Any, bench: Bench) -> None:
    answer = typed("rollback", bench.room.rules.current.digest[:12], "--yes", "--data", bench.folder)
    assert f"written to {bench.folder / 'rules.yaml'}" in answer.out


def test_attributes_that_cannot_be_read_are_told_with_the_explanation(typed: Any, changed: Path) -> None:
    answer = typed("explain", "--tags", "Modality=CT,PatientAge=abc,StudyDate=31.12.2026", "--rules", changed)
    assert answer.code == 0
    assert "odd about it: StudyDate is not a date; PatientAge is not an age or a place holder" in answer.out


@pytest.mark.parametrize(
    "failure",
    [PermissionError(13, "Permission denied", "/srv/data/serving.json"),
     OperationalError("SELECT 1", {}, sqlite3.OperationalError("attempt to write a readonly database"))],
)  # fmt: skip
def test_an_account_without_the_right_is_told_which_one_has_it(
    typed: Any, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    def refused(*_: object) -> None:
        raise failure

    monkeypatch.setattr(source.Source, "reading", refused)
    answer = typed("history")
    assert (answer.code, answer.out) == (1, "")
    assert "or run the command as the account of the service" in answer.err
    assert "backup" not in answer.err


def test_a_mistyped_option_in_front_of_a_verb_is_told_as_what_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    answer = Typed(capsys, ["demo", "--hlep"])
    assert (answer.code, answer.out) == (2, "")
    assert "Did you mean --help?" in answer.err


@pytest.fixture
def address(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("TELERADIOLOGY_PASSWORD", PASSWORD)
    accounts.ensure_first_administrator(bench.room, {"TELERADIOLOGY_ADMIN_PASSWORD": PASSWORD}, lambda text: None)
    app = DispatcherMiddleware(lambda *_: [], {"/teleradiology": create_app(bench.room)})  # type: ignore[arg-type]
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_running_service_answers_the_same(typed: Any, bench: Bench, changed: Path, address: str) -> None:
    item = next(each for each in bench.items() if each.description == "CT STROKE")
    there = ["--url", address, "--data", bench.folder]
    assert "stroke" in typed("explain", item.id, *there).out
    made_up = typed("explain", "--tags", "Modality=MR", *there, "--expect", "priority=urgent")
    assert made_up.code == 0
    assert "2 of 5 studies" in typed("backtest", "--rules", changed, "--since", LONG_AGO, *there).out
    assert "start" in typed("history", *there).out
    wrong = typed("explain", item.id, *there, "--user", "nobody")
    assert (wrong.code, wrong.out) == (1, "")
    assert "401" in wrong.err


NIGHT_READER = """\
readers:
  dr-night:
    name: Dr Night
    subspecialties: [general, neuro]
    licences: [{jurisdiction: LY, until: 2026-12-31}]
    shifts: [{days: [thu], from: '22:00', to: '06:00', timezone: Europe/Malta}]
"""


@pytest.mark.parametrize(
    ("at", "chosen", "told"),
    [
        ("2026-12-31T23:30+02:00", "dr-night", "readers at 2026-12-31T23:30:00+02:00"),
        ("2026-12-31 23:30", "dr-night", "readers at 2026-12-31T23:30:00+02:00"),
        ("2026-12-31T21:30Z", "dr-night", "readers at 2026-12-31T23:30:00+02:00"),
        ("2026-12-31T22:30", "nobody", "is off duty at Thu 21:30 Europe/Malta"),
        ("2027-01-01T00:30", "nobody", "licence for LY ended 2026-12-31"),
        ("2026-07-02T22:30", "dr-night", "readers at 2026-07-02T22:30:00+02:00"),  # Malta keeps summer time, Libya does not
        ("٢٠٢٦-١٢-٣١ ٢٣:٣٠", "dr-night", "readers at 2026-12-31T23:30:00+02:00"),
    ],
)
def test_the_readers_at_another_time_are_told(typed: Any, tmp_path: Path, at: str, chosen: str, told: str) -> None:
    file = tmp_path / "rules.yaml"
    others = RULES[RULES.index("readers:\n") : RULES.index("rules:\n")]
    file.write_text(RULES.replace(others, NIGHT_READER), encoding="utf-8")
    answer = typed("explain", "--tags", "Modality=CT,calling_aet=ZLITEN_CT", "--rules", file, "--data", tmp_path, "--at", at)
    line = next(each for each in answer.out.splitlines() if each.startswith("readers at"))
    assert line.endswith(f": {chosen}")
    assert told in answer.out


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ("yesterday", "--at: expected a time such as 2026-12-01 08:00; found 'yesterday'"),
        ("2026-02-30T08:00", "--at: there is no such day or hour as '2026-02-30T08:00'"),
        ("2026-03-29T02:30", "--at: 2026-03-29 02:30 does not exist in Europe/Malta"),
        ("2026-10-25T02:30", "--at: 2026-10-25 02:30 comes twice in Europe/Malta: add the offset that is meant"),
        ("1926-10-25T02:30", "expected a year from 2000"),
    ],
)
def test_a_time_that_there_is_not_is_refused(typed: Any, tmp_path: Path, at: str, said: str) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text(RULES.replace("Africa/Tripoli", "Europe/Malta"), encoding="utf-8")
    answer = typed("explain", "--tags", "Modality=CT,calling_aet=ZLITEN_CT", "--rules", file, "--data", tmp_path, "--at", at)
    assert (answer.code, answer.out) == (2, "")
    assert said in answer.err


def test_without_a_facility_a_time_needs_its_offset(typed: Any, bench: Bench) -> None:
    made_up = ["explain", "--tags", "Modality=CT", "--data", bench.folder]
    assert "add the offset" in typed(*made_up, "--at", "2026-12-31T23:30").err
    assert "readers at 2026-12-31T21:30:00+00:00" in typed(*made_up, "--at", "2026-12-31T23:30+02:00").out


def test_a_stored_study_is_explained_for_another_time(typed: Any, bench: Bench, address: str) -> None:
    item = next(each for each in bench.items() if each.description == "CT STROKE")
    asked = ["explain", item.id, "--data", bench.folder, "--at", "2026-12-31T23:30", "--format", "json"]
    here, there = typed(*asked).json, typed(*asked, "--url", address).json
    assert here["readers"] == there["readers"]
    assert here["readers"]["at"] == "2026-12-31T23:30:00+02:00"
    wrong = typed(*asked, "--url", address, "--at", "soon")
    assert (wrong.code, wrong.json["ok"]) == (1, False)


def test_no_explanation_repeats_who_the_patient_is(typed: Any, tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    asked = "when: {patient_name: {contains: phantom}, patient_id: QA, patient_birth_date: {at_most: 2000-01-01}}"
    file.write_text(RULES.replace("rules:\n", f"rules:\n  - name: quality\n    {asked}\n    then: {{skip: a phantom}}\n", 1))
    tags = "PatientName=Alwerfalli^Salem,PatientID=LY-231,PatientBirthDate=19600229,Modality=CT"
    answer = typed("explain", "--tags", tags, "--rules", file, "--data", tmp_path, "--format", "json")
    assert "not shown" in answer.out
    assert not any(part in answer.out for part in ("Alwerfalli", "LY-231", "1960"))


def test_a_misspelt_facility_is_refused_here_and_there(typed: Any, bench: Bench, address: str) -> None:
    asked = ["backtest", "--facility", "zlitn", "--data", bench.folder]
    assert (typed(*asked).code, "Did you mean zliten?" in typed(*asked).err) == (2, True)
    there = typed(*asked, "--url", address)
    assert (there.code, "expected a facility of the rules, found 'zlitn'" in there.err) == (1, True)
