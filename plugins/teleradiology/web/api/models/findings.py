"""What inference services tell about a study."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from .base import Input, Output, Word

Code = Annotated[str, StringConstraints(strip_whitespace=True, max_length=64)]


class FindingIn(Input):
    """One finding; a code or a text must be there."""

    code: Code = ""
    text: Annotated[str, StringConstraints(strip_whitespace=True, max_length=256)] = Field("", description="no patient data")
    score: float | None = Field(None, ge=0, le=1, strict=False)
    positive: bool | None = Field(None, description="false: looked for and not found; left out: by score and threshold")

    @model_validator(mode="after")
    def _says_something(self) -> FindingIn:
        if not self.code and not self.text:
            raise ValueError("expected a code, a text, or both")
        return self


class FindingsIn(Input):
    """What a device found; telling the same again (study, device, version, code) changes nothing."""

    device: Word
    version: Annotated[str, StringConstraints(strip_whitespace=True, max_length=32)] = ""
    findings: list[FindingIn] = Field(min_length=1, max_length=64)


class FindingOut(Output):
    """One suggestion; unverified."""

    device: str
    version: str
    code: str
    text: str
    score: float | None
    positive: bool
    source: str = Field(description="api, sr for a DICOM structured report, sc for a secondary capture")
    sop_instance_uid: str | None = Field(description="the report that tells it")
    received_at: datetime


class FindingList(Output):
    """All that is suggested about a study, in the order in which it came."""

    findings: list[FindingOut]
