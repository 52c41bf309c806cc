"""A file that a form brings: as Base64 in an ordinary field, because Orthanc answers multipart forms itself, with nothing."""

from __future__ import annotations

import base64
import binascii

from flask import request

from ...core.errors import InvalidInput, Problem
from .words import _


def file_given(name: str = "file") -> bytes:
    """The bytes of the file that was chosen, b"" when none was. Raises InvalidInput."""
    try:
        return base64.b64decode(request.form.get(name, "").rpartition(",")[2], validate=True)
    except (binascii.Error, ValueError):
        raise InvalidInput(problems=[Problem(_("The file did not arrive whole; choose it again."), path=name)]) from None
