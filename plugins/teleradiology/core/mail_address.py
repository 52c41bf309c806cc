"""Addresses that a mail can be sent to."""

from __future__ import annotations

import re

LONGEST = 120  # what the outbox has room for
EXPECTED = "an e-mail address such as desk@example.org"
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")


def is_address(text: str) -> bool:
    """Whether it has one @ and a domain, and nothing that would end a line of the header (RFC 5321 4.1.2)."""
    return len(text) <= LONGEST and _ADDRESS.fullmatch(text) is not None
