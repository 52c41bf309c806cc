"""The life cycle of a report, and a signed version as a value: what is printed, hashed and delivered."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid5

from .errors import InvalidTransition, Told


class ReportStatus(StrEnum):
    """What a signed version is. A draft is not signed and therefore none of these."""

    PRELIMINARY = "preliminary"
    FINAL = "final"
    ADDENDUM = "addendum"
    CORRECTED = "corrected"


_P, _F, _A, _C = ReportStatus

# What may be signed after what; None is a study without a signed version. Signed versions are followed, never changed.
FOLLOWS: dict[ReportStatus | None, tuple[ReportStatus, ...]] = {
    None: (_P, _F),
    _P: (_P, _F),
    _F: (_A, _C),
    _A: (_A, _C),
    _C: (_A, _C),
}

VERIFIED = (_F, _A, _C)


def follow(previous: ReportStatus | None, status: ReportStatus) -> None:
    """Refuse with InvalidTransition, naming what is allowed, unless ``status`` may be signed after ``previous``."""
    can = tuple(FOLLOWS[previous])
    if status not in can:
        standing = f"after a signed {previous} version" if previous else "as the first version"
        told = Told("not-after" if previous else "not-first", {"status": status, "before": previous or ""})
        raise InvalidTransition(f"cannot sign {_named(status)} {standing}; allowed: {', '.join(can)}", allowed=can, told=told)


def _named(status: ReportStatus) -> str:
    return "an addendum" if status is _A else f"a {status} report"


@dataclass(frozen=True)
class Signer:
    """Who signed, as the facility must be able to identify them: ``reader`` is the id in the rules file."""

    username: str
    name: str
    reader: str = ""
    title: str = ""
    registration: str = ""


@dataclass(frozen=True)
class Sender:
    """The facility that the report is for, with the letterhead as it was when the report was signed."""

    id: str = ""
    name: str = ""
    letterhead: tuple[str, ...] = ()
    timezone: str = "UTC"
    languages: tuple[str, ...] = ()


@dataclass(frozen=True)
class StudyHeader:
    """Patient and study as they were known when the report was signed. ``patient_names``: all groups, DICOM form."""

    study_instance_uid: str
    patient_id: str = ""
    patient_names: tuple[str, ...] = ()
    birth_date: str = ""
    sex: str = ""
    accession_number: str = ""
    description: str = ""
    modality: str = ""
    modalities: tuple[str, ...] = ()
    body_part: str = ""
    study_at: str = ""
    referring_physician: str = ""


@dataclass(frozen=True)
class Earlier:
    """A signed version that this one follows, with its text: what an addendum adds to is printed with it."""

    report: str
    version: int
    status: ReportStatus
    signed_at: datetime
    author: Signer
    language: str
    sections: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SignedReport:
    """One signed version, complete in itself. ``earlier`` is oldest first; ``reason`` says why a correction was needed."""

    id: str
    item: str
    version: int
    status: ReportStatus
    sections: Mapping[str, str]
    language: str
    author: Signer
    signed_at: datetime
    study: StudyHeader
    sender: Sender
    template: str = ""
    reason: str = ""
    earlier: tuple[Earlier, ...] = ()
    critical: Mapping[str, Any] | None = None

    @property
    def predecessor(self) -> Earlier | None:
        """The version that this one follows directly."""
        return self.earlier[-1] if self.earlier else None

    @property
    def stands_with(self) -> tuple[Earlier, ...]:
        """The earlier versions whose text still holds beside this one: for an addendum back to the last complete report."""
        if self.status is not ReportStatus.ADDENDUM:
            return ()
        complete = [i for i, one in enumerate(self.earlier) if one.status is not ReportStatus.ADDENDUM]
        return self.earlier[complete[-1] :] if complete else self.earlier

    def to_json(self) -> dict[str, Any]:
        """As the column ``reports.content`` keeps it."""
        return json.loads(json.dumps(asdict(self), default=_written))

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> SignedReport:
        """The value that ``to_json`` was made from."""
        earlier = tuple(
            Earlier(
                **{
                    **one,
                    "status": ReportStatus(one["status"]),
                    "signed_at": datetime.fromisoformat(one["signed_at"]),
                    "author": Signer(**one["author"]),
                }
            )
            for one in content["earlier"]
        )
        read = {
            "status": ReportStatus(content["status"]),
            "author": Signer(**content["author"]),
            "signed_at": datetime.fromisoformat(content["signed_at"]),
            "study": StudyHeader(**_with_tuples(content["study"])),
            "sender": Sender(**_with_tuples(content["sender"])),
            "earlier": earlier,
        }
        return cls(**{**{one.name: content[one.name] for one in fields(cls)}, **read})


def _written(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    raise TypeError(f"a signed report holds {type(value).__name__}, which has no form in JSON")


def _with_tuples(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}


def content_json(report: SignedReport) -> str:
    """Canonical JSON: keys sorted, no spaces, Unicode as it is."""
    return json.dumps(report.to_json(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def content_hash(report: SignedReport) -> str:
    """SHA-256 of the canonical JSON, in hexadecimal."""
    return hashlib.sha256(content_json(report).encode("utf-8")).hexdigest()


_NAMESPACE = UUID("f8c1f217-1a9d-492b-b485-e541727e1117")
KINDS = ("sr", "pdf")  # what is stored into the study, one series for each


def uid(report: str, version: int, kind: str) -> str:
    """The SOP Instance UID of a version's object: derived, so that making it again after a crash makes the same object."""
    return _derived(f"{report}:{version}:{kind}")


def series_uid(item: str, kind: str) -> str:
    """The series in the study into which all versions of a kind go."""
    return _derived(f"{item}:series:{kind}")


def is_ours(series_instance_uid: str, item: str) -> bool:
    """Whether a series of the item's study is one that we stored."""
    return series_instance_uid in {series_uid(item, kind) for kind in KINDS}


def _derived(name: str) -> str:
    return f"2.25.{uuid5(_NAMESPACE, name).int}"  # PS3.5 B.2
