"""Which facility a sender belongs to."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

import pytest

from teleradiology.core.directory import Facility, by_specificity, sender
from teleradiology.core.transport import Transport


def facility(id_: str, **lists: Any) -> Facility:
    """A facility with these lists."""
    return Facility(id_, id_, "LY", "Africa/Tripoli", **lists)


ZLITEN = facility("zliten", calling_aets=("ZLITEN_CT",))
SHARED_A = facility("a", calling_aets=("CT1",), ips=(ip_network("192.0.2.0/25"),))
SHARED_B = facility("b", calling_aets=("CT1",), ips=(ip_network("192.0.2.128/25"),))
CALLED = facility("called", called_aets=("TELE_GOZO",))
HOUSE = facility("house", ips=(ip_network("192.0.2.0/24"), ip_network("2001:db8::/32")))
UPLOADS = facility("uploads", users=("clinic",))
NOBODY = facility("nobody")
ALL = {each.id: each for each in (HOUSE, NOBODY, ZLITEN, SHARED_A, SHARED_B, CALLED, UPLOADS)}


@pytest.mark.parametrize(
    ("transport", "expected"),
    [
        (Transport("ZLITEN_CT"), "zliten"),
        (Transport("zliten_ct "), "zliten"),
        (Transport("ZLITEN_CT", remote_ip="192.0.2.5"), "zliten"),
        (Transport("CT1", remote_ip="192.0.2.5"), "a"),
        (Transport("CT1", remote_ip="192.0.2.200"), "b"),
        (Transport("CT1", remote_ip="198.51.100.1"), ""),
        (Transport("CT1"), ""),
        (Transport("X", "TELE_GOZO"), "called"),
        (Transport("X", remote_ip="192.0.2.77"), "house"),
        (Transport("X", remote_ip="::ffff:192.0.2.77"), "house"),
        (Transport("X", remote_ip="2001:db8::1"), "house"),
        (Transport("X", remote_ip="not an address"), ""),
        (Transport(user="clinic"), "uploads"),
        (Transport(user="clinic", remote_ip="192.0.2.77"), "uploads"),
        (Transport(user="somebody"), ""),
        (Transport(), ""),
    ],
)
def test_the_sender_belongs_to(transport: Transport, expected: str) -> None:
    assert sender(by_specificity(ALL), transport) == expected


def test_a_facility_without_lists_gets_nothing() -> None:
    assert not NOBODY.sent(Transport("ZLITEN_CT", "ORTHANC", "192.0.2.1", "clinic"))


def test_the_letterhead_is_in_the_reports_language() -> None:
    both = facility("x", letterhead={"ar": ("عيادة",), "": ("Clinic",)})
    assert both.letterhead_in("ar") == ("عيادة",)
    assert both.letterhead_in("en") == ("Clinic",)
    assert ZLITEN.letterhead_in("en") == ("zliten",)
