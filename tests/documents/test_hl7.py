from __future__ import annotations

import dataclasses

import hl7
import pytest
from hl7apy.consts import VALIDATION_LEVEL
from hl7apy.parser import parse_message

from support.sample_reports import HOSTILE, following, report, with_study
from teleradiology.core.names import clean
from teleradiology.core.reports import Sender, SignedReport, Signer
from teleradiology.documents.hl7 import oru

FINAL = report("ar")
ADDENDUM = following(FINAL, "addendum", {"findings": "First.", "impression": "Second."})
CORRECTED = following(FINAL, "corrected", {"findings": "Left."}, reason="side")


def parsed(made: SignedReport) -> hl7.Message:
    return hl7.parse(oru(made).decode())


def observations(made: SignedReport) -> list[hl7.Segment]:
    return list(parsed(made).segments("OBX"))


def unescaped(message: hl7.Message, field: object) -> str:
    return message.unescape(str(field)).replace("\r", "\n")


@pytest.mark.parametrize("made", [FINAL, report("en", "preliminary"), ADDENDUM, CORRECTED], ids=lambda made: made.status)
def test_the_structure_is_that_of_oru_r01(made: SignedReport) -> None:
    message = parse_message(oru(made).decode(), validation_level=VALIDATION_LEVEL.STRICT, find_groups=True)
    assert message.validate()


def test_the_header() -> None:
    header = parsed(FINAL).segment("MSH")
    assert [str(header[number]) for number in (3, 4, 7, 9, 11, 12, 18)] == [
        "TELERADIOLOGY",
        "zliten-clinic",
        "20261123143000+0200",
        "ORU^R01^ORU_R01",
        "P",
        "2.5.1",
        "UNICODE UTF-8",
    ]


def test_the_control_id_fits_and_is_the_same_for_a_repetition() -> None:
    ids = {str(parsed(made).segment("MSH")[10]) for made in (FINAL, FINAL, ADDENDUM)}
    assert len(ids) == 2 and all(len(one) <= 20 for one in ids)


def test_the_patient_with_both_names() -> None:
    patient = parsed(FINAL).segment("PID")
    assert str(patient[3]) == "LY-2026/0042^^^zliten-clinic^MR"
    assert str(patient[5]) == "محمد^علي~Mohammed^Ali"
    assert (str(patient[7]), str(patient[8])) == ("19610430", "M")


def test_a_dicom_names_prefix_and_suffix_change_places() -> None:
    made = with_study(FINAL, patient_names=("Family^Given^Middle^Dr^Jr",))
    assert str(parsed(made).segment("PID")[5]) == "Family^Given^Middle^Jr^Dr"


def test_the_order_and_the_result_as_a_whole() -> None:
    order = parsed(FINAL).segment("OBR")
    assert [str(order[number]) for number in (2, 3, 4, 7, 18, 22, 24, 25)] == [
        "ACC-00098",
        "ACC-00098",
        "24725-4^CT Head Report^LN",
        "20261123101233",
        "ACC-00098",
        "20261123143000+0200",
        "CT",
        "F",
    ]
    assert str(order[32]) == "LY-000123&Ahmed&Salem&&&Dr"


def test_each_section_is_an_observation_with_its_code() -> None:
    found = [(str(one[2]), str(one[3])) for one in observations(FINAL)]
    assert found == [
        ("FT", "18785-6^Indications for Procedure^LN"),
        ("FT", "59776-5^Findings^LN"),
        ("FT", "19005-8^Impressions^LN"),
        ("HD", "113014^DICOM Study^DCM"),
    ]
    assert str(observations(FINAL)[-1][5]).startswith(FINAL.study.study_instance_uid)


@pytest.mark.parametrize(
    ("made", "status"),
    [(report("en", "preliminary"), "P"), (FINAL, "F"), (ADDENDUM, "F"), (CORRECTED, "C")],
    ids=lambda value: getattr(value, "status", value),
)
def test_the_status_is_that_of_tables_0123_and_0085(made: SignedReport, status: str) -> None:
    message = parsed(made)
    assert str(message.segment("OBR")[25]) == status
    assert {str(one[11]) for one in message.segments("OBX")} == {status}


def test_an_addendum_is_sent_with_the_whole_text() -> None:
    codes = [str(one[3][0][0]) for one in observations(ADDENDUM)]
    assert codes == ["55107-7", "18785-6", "59776-5", "19005-8", "113014"]
    assert unescaped(parsed(ADDENDUM), observations(ADDENDUM)[0][5]) == "First.\n\nSecond."


def test_arabic_and_line_ends_come_back_as_they_were() -> None:
    message = parsed(FINAL)
    assert unescaped(message, observations(FINAL)[1][5]) == FINAL.sections["findings"]


@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_breaks_out_of_its_field(hostile: str) -> None:
    texts = {"findings": clean(hostile) + "\n|^~\\&\\.br\\", "impression": "x"}
    made = with_study(report("en", sections=texts), patient_names=(hostile,), patient_id=hostile, accession_number=hostile)
    made = dataclasses.replace(made, author=Signer("x", hostile, registration=hostile), sender=Sender(hostile, hostile))
    body = oru(made)
    assert body.count(b"MSH|") == 1 and not {0x0A, 0x0B, 0x1C} & set(body)
    message = hl7.parse(body.decode())
    assert [str(one[0]) for one in message] == ["MSH", "PID", "ORC", "OBR", "OBX", "OBX", "OBX"]
    assert unescaped(message, observations(made)[0][5]) == texts["findings"]


def test_a_study_without_time_or_accession_number_is_sent_too() -> None:
    made = with_study(FINAL, study_at="2026-11-23", accession_number="", referring_physician="", birth_date="", sex="")
    message = parsed(made)
    assert str(message.segment("OBR")[7]) == "20261123"
    assert str(message.segment("PID")[8]) == "U"
