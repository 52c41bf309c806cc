"""What may be in the log: where, of what type, and nothing of whom."""

from __future__ import annotations

import logging

import pytest

from support.fake_orthanc import FakeOrthanc
from teleradiology.host.log import OrthancLog, incident, places


def failure() -> Exception:
    try:
        raise ValueError("CANARY^Patient")
    except ValueError as error:
        return error


def test_an_exception_is_its_type_and_place() -> None:
    assert places(failure()).startswith("ValueError at test_log.py:")
    assert places(KeyError("CANARY")) == "KeyError"


def test_an_incident_has_a_number_that_is_found_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    number = incident(logging.getLogger("test"), "study abc", failure())
    assert f"incident {number}: study abc: ValueError" in caplog.text
    assert "CANARY" not in caplog.text


def test_records_go_to_orthanc_by_level_on_one_line_without_values() -> None:
    orthanc = FakeOrthanc()
    logger = logging.Logger("part")
    logger.addHandler(OrthancLog(orthanc))
    logger.warning("two\r\nlines \x1b[31m")
    logger.info("quiet")
    error = failure()
    logger.error("failed", exc_info=error)
    assert orthanc.log[:2] == ["W part: two  lines  [31m", "I part: quiet"]
    assert orthanc.log[2].startswith("E part: failed ValueError at test_log.py")
    assert "CANARY" not in orthanc.log[2]
