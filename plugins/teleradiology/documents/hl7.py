"""A signed report as HL7 v2.5.1 ORU^R01: one OBX per section, codes of LOINC, text that no separator can break out of."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from ..core.codes import Code
from ..core.names import clean, name_groups
from ..core.report_titles import title_of
from ..core.reports import ReportStatus, SignedReport
from ..core.sections import ADDENDUM, TABLE
from .dicom_object import person_name

SENDER = "TELERADIOLOGY"
DICOM_STUDY = "113014^DICOM Study^DCM"

# OBR-25 (table 0123) and OBX-11 (table 0085). An addendum is sent with the whole text, as a final result.
STATUS = {ReportStatus.PRELIMINARY: "P", ReportStatus.FINAL: "F", ReportStatus.ADDENDUM: "F", ReportStatus.CORRECTED: "C"}

# OBR-24, table 0074.
DIAGNOSTIC_SECTIONS = {"CT": "CT", "MR": "NMR", "NM": "NMS", "PT": "NMS", "US": "RUS", "XA": "RAD", "RF": "RAD"}

_ESCAPES = str.maketrans({"\\": "\\E\\", "|": "\\F\\", "^": "\\S\\", "&": "\\T\\", "~": "\\R\\"})


def oru(report: SignedReport) -> bytes:
    """The message in UTF-8, segments ended by CR. A repetition has the same control id (MSH-10)."""
    segments = [_msh(report), _pid(report), _orc(report), _obr(report), *_observations(report)]
    return "".join(segment + "\r" for segment in segments).encode()


def escaped(text: str) -> str:
    """Text for one field: separators escaped, line ends as ``\\.br\\``, no control characters."""
    return clean(text).translate(_ESCAPES).replace("\n", "\\.br\\")


def _line(text: str) -> str:
    """As ``escaped``, for a field that has one line."""
    return " ".join(clean(text).split()).translate(_ESCAPES)


def _segment(name: str, fields: Mapping[int, str]) -> str:
    """A segment from its fields by number; what lies between is empty."""
    return "|".join((name, *(fields.get(number, "") for number in range(1, max(fields) + 1))))


def _msh(report: SignedReport) -> str:
    fields = {
        # MSH-1 is the separator itself, so everything is one place to the left here.
        1: "^~\\&",
        2: SENDER,
        3: _line(report.sender.id),
        6: _time(report.signed_at, report),
        8: "ORU^R01^ORU_R01",
        9: report.id[-20:],  # MSH-10 has room for 20: the end of a ULID is its random part
        10: "P",
        11: "2.5.1",
        17: "UNICODE UTF-8",
    }
    return _segment("MSH", fields)


def _pid(report: SignedReport) -> str:
    study = report.study
    names = [_xpn(group) for name in study.patient_names for group in name_groups(name)]
    assigner = _line(report.sender.id)
    fields = {
        1: "1",
        3: f"{_line(study.patient_id)}^^^{assigner}^MR",
        5: "~".join(names),
        7: study.birth_date.replace("-", ""),
        8: study.sex if study.sex in ("M", "F", "O") else "U",
    }
    return _segment("PID", fields)


def _orc(report: SignedReport) -> str:
    accession = _line(report.study.accession_number)
    return _segment("ORC", {1: "RE", 2: accession, 3: accession})


def _obr(report: SignedReport) -> str:
    study = report.study
    accession = _line(study.accession_number)
    referrer = next(iter(name_groups(study.referring_physician)), "")
    fields = {
        1: "1",
        2: accession,
        3: accession,
        4: _ce(title_of(study.modality, study.body_part)),
        7: _study_time(study.study_at),
        13: _line(report.sections.get("indication", ""))[:300],
        16: f"^{_xpn(referrer)}" if referrer else "",
        18: accession,
        22: _time(report.signed_at, report),
        24: DIAGNOSTIC_SECTIONS.get(study.modality, "RAD"),
        25: STATUS[report.status],
        32: _interpreter(report),
    }
    return _segment("OBR", fields)


def _observations(report: SignedReport) -> list[str]:
    rows: list[tuple[Code, str]] = []
    if report.status is ReportStatus.ADDENDUM:
        rows.append((ADDENDUM, "\n\n".join(text for text in report.sections.values() if text)))
        for one in reversed(report.stands_with):
            rows += _coded_sections(one.sections)
    else:
        rows += _coded_sections(report.sections)
    observations = [_obx(number, code, text, report) for number, (code, text) in enumerate(rows, 1)]
    study = {
        1: str(len(rows) + 1),
        2: "HD",
        3: DICOM_STUDY,
        5: f"{report.study.study_instance_uid}^^ISO",
        11: STATUS[report.status],
    }
    return [*observations, _segment("OBX", study)]


def _coded_sections(texts: Mapping[str, str]) -> list[tuple[Code, str]]:
    return [(section.heading, texts[section.name]) for section in TABLE if texts.get(section.name)]


def _obx(number: int, code: Code, text: str, report: SignedReport) -> str:
    fields = {
        1: str(number),
        2: "FT",
        3: _ce(code),
        4: str(number),
        5: escaped(text),
        11: STATUS[report.status],
        14: _time(report.signed_at, report),
        16: _observer(report),
    }
    return _segment("OBX", fields)


def _ce(code: Code) -> str:
    return f"{code.value}^{code.meaning}^{code.scheme}"


def _xpn(name: str) -> str:
    """A DICOM name (family^given^middle^prefix^suffix) in HL7's order, which has the suffix first."""
    family, given, middle, prefix, suffix = (*name.split("^"), "", "", "", "", "")[:5]
    return "^".join(map(_line, (family, given, middle, suffix, prefix))).rstrip("^")


def _observer(report: SignedReport) -> str:
    return f"{_line(report.author.registration or report.author.reader)}^{_xpn(person_name(report.author.name))}"


def _interpreter(report: SignedReport) -> str:
    """OBR-32: the name's parts are one level down, as subcomponents."""
    return _observer(report).replace("^", "&")


def _time(at: datetime, report: SignedReport) -> str:
    return at.astimezone(ZoneInfo(report.sender.timezone)).strftime("%Y%m%d%H%M%S%z")


def _study_time(study_at: str) -> str:
    """The modality's clock as it is: digits, and the offset when it told one."""
    day, _, clock = study_at.partition("T")
    return (day + clock[:8]).replace("-", "").replace(":", "")
