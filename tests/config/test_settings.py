"""The section of orthanc.json: defaults, all problems at once, and documentation that agrees."""

from __future__ import annotations

import dataclasses
import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from teleradiology.config.settings import HOME, TABLE, Settings, table_as_markdown
from teleradiology.core.errors import InvalidConfiguration

DATA = {"DataDirectory": "/srv/data"}


def settings(configuration: dict[str, Any] | None = None, **section: Any) -> Settings:
    return Settings.from_orthanc({"Teleradiology": {**DATA, **section}, **(configuration or {})}, {})


def problems(section: Any) -> list[str]:
    with pytest.raises(InvalidConfiguration) as refused:
        Settings.from_orthanc({"Teleradiology": section}, {})
    return [str(problem) for problem in refused.value.problems]


def test_an_empty_configuration_has_all_defaults() -> None:
    found = Settings.from_orthanc({}, {})
    assert found.data_dir == HOME / "data"
    assert found.database_url == f"sqlite:///{HOME}/data/teleradiology.db"
    assert found.rules_file == HOME / "worklist_rules.yaml"
    assert found.quiet_seconds == found.stable_age == 60.0


def test_relative_paths_start_at_the_repository() -> None:
    assert settings(Rules="rules/hospital.yaml").rules_file == HOME / "rules" / "hospital.yaml"
    assert settings(Rules="/etc/rules.yaml").rules_file == Path("/etc/rules.yaml")


def test_an_empty_text_means_the_default() -> None:
    assert settings(Database="", Rules="") == settings()


def test_notices_are_kept_for_a_hundred_years_at_most() -> None:
    assert settings(KeepNoticesDays=36_500).keep_notices_days == 36_500
    assert problems({"KeepNoticesDays": 36_501}) == ["Teleradiology.KeepNoticesDays: expected 36500 days at most, found 36501"]


def test_the_quiet_time_is_orthancs_unless_it_is_set() -> None:
    assert settings({"StableAge": 7}).quiet_seconds == 7.0
    assert settings({"StableAge": 7}, QuietSeconds=1.5).quiet_seconds == 1.5


def test_what_orthanc_says_elsewhere_is_not_asked_for_again() -> None:
    own = {"DicomAet": "HUB", "DicomPort": 104, "HttpCompressionEnabled": False, "DicomWeb": {"Root": "/dw/"}}
    found = settings(own)
    assert (found.dicom_aet, found.dicom_port, found.orthanc_compresses, found.dicomweb_root) == ("HUB", 104, False, "/dw")
    assert settings().orthanc_compresses  # absent means on, up to Orthanc 1.12.1


def test_our_own_way_to_orthanc_follows_its_port() -> None:
    assert Settings.from_orthanc({}, {}).orthanc_address == "http://127.0.0.1:8042"
    assert Settings.from_orthanc({"HttpPort": 9042}, {}).orthanc_address == "http://127.0.0.1:9042"


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [("HttpServerEnabled", False, "true"), ("AuthenticationEnabled", True, "false"), ("SslEnabled", True, "false")],
)
def test_what_would_shut_us_out_of_orthanc_is_refused(key: str, value: bool, expected: str) -> None:
    with pytest.raises(InvalidConfiguration) as refusal:
        Settings.from_orthanc({key: value}, {})
    (problem,) = refusal.value.problems
    assert problem.path == key and problem.message.startswith(f"expected {expected}, found {str(value).lower()}: ")


def test_remote_access_without_a_word_about_passwords_would_shut_us_out_too() -> None:
    with pytest.raises(InvalidConfiguration) as refusal:
        Settings.from_orthanc({"RemoteAccessAllowed": True}, {})
    assert [problem.path for problem in refusal.value.problems] == ["AuthenticationEnabled"]
    assert Settings.from_orthanc({"RemoteAccessAllowed": True, "AuthenticationEnabled": False}, {}).remote_access


def test_all_problems_are_told_at_once_with_suggestions() -> None:
    section = {"QuietSecond": 1, "Threads": "many", "LeaseSeconds": -1, "Languages": [], "Rules": 7, "PdfWorkers": True, "Zzz": 1}
    assert problems(section) == [
        "Teleradiology.QuietSecond: unknown setting 'QuietSecond' — did you mean 'QuietSeconds'?",
        "Teleradiology.Threads: expected a whole number above 0, found a text",
        "Teleradiology.LeaseSeconds: expected a number of seconds above 0, found -1",
        "Teleradiology.Languages: expected a list of texts, found a list",
        "Teleradiology.Rules: expected a path, found 7",
        "Teleradiology.PdfWorkers: expected a whole number above 0, found true or false",
        "Teleradiology.Zzz: unknown setting 'Zzz'",
    ]


@pytest.mark.parametrize("section", [[], "text", 7, None])
def test_a_section_that_is_no_object_is_refused(section: Any) -> None:
    assert "expected an object" in problems(section)[0]


def test_every_setting_fills_a_field_and_has_a_sentence() -> None:
    fields = {field.name for field in dataclasses.fields(Settings)}
    assert {one.field for one in TABLE} <= fields
    assert all(one.sentence.endswith(".") for one in TABLE)


def test_the_defaults_that_are_told_are_the_defaults() -> None:
    found = Settings.from_orthanc({}, {})
    for one in TABLE:
        value = getattr(found, one.field)
        if one.kind in ("seconds", "number") and one.default != "StableAge":
            assert float(one.default) == value
        if one.kind == "path":
            assert value == (HOME / one.default if one.default != "none" else None)


def test_the_documentation_has_the_table() -> None:
    assert table_as_markdown() in (HOME / "docs" / "settings.md").read_text(encoding="utf-8")


def filled_in(text: str, environ: dict[str, str]) -> dict[str, Any]:
    """orthanc.json as Orthanc reads it."""
    without = re.sub(r"/\*\*.*?\*\*/", "", re.sub(r"(?m)^\s*//.*$", "", text), flags=re.DOTALL)
    return json.loads(re.sub(r"\$\{(\w+):-([^}]*)\}", lambda found: environ.get(found[1], found[2]), without))


def orthanc_json() -> str:
    return (HOME / "orthanc.json").read_text(encoding="utf-8")


def test_the_shipped_configuration_is_valid() -> None:
    found = Settings.from_orthanc(filled_in(orthanc_json(), {}), os.environ)
    assert (found.quiet_seconds, found.orthanc_compresses, found.dicomweb_root) == (20.0, False, "/dicom-web")


def test_the_shipped_configuration_exposes_nothing_by_default() -> None:
    shipped = filled_in(orthanc_json(), {})
    closed = ("RemoteAccessAllowed", "WebDavEnabled", "ExecuteLuaEnabled", "DicomAlwaysAllowFind", "DicomAlwaysAllowMove")
    assert not any(shipped[key] for key in (*closed, "DicomAlwaysAllowGet", "OverwriteInstances", "HttpDescribeErrors"))
    assert shipped["LuaScripts"] == ["lua/IncomingHttpRequestFilter.lua"]
    assert not any("gdcm" in plugin.lower() for plugin in shipped["Plugins"])
    assert shipped["PythonScript"] == shipped["Python"]["Path"]


def test_every_variable_of_the_shipped_configuration_is_documented() -> None:
    documented = (HOME / "docs" / "settings.md").read_text(encoding="utf-8")
    assert all(f"`{name}`" in documented for name in set(re.findall(r"\$\{(\w+)", orthanc_json())) - {"NAME"})
