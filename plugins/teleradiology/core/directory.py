"""Who sends to us, how urgent a study can be and who can read it: facilities, priorities and subspecialties as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_address

from .codes import Code
from .names import folded
from .transport import Transport


@dataclass(frozen=True)
class Priority:
    """A degree of urgency; ``rank`` 0 is the most urgent. ``warn_after`` is a share of the turnaround."""

    name: str
    rank: int
    turnaround: timedelta
    warn_after: float


@dataclass(frozen=True)
class Subspecialty:
    """A field of reading."""

    name: str
    label: str = ""
    code: Code | None = None


@dataclass(frozen=True)
class Facility:
    """A place that sends studies. ``letterhead`` has lines by language; those under "" are for every language."""

    id: str
    name: str
    jurisdiction: str
    timezone: str
    calling_aets: tuple[str, ...] = ()
    called_aets: tuple[str, ...] = ()
    ips: tuple[IPv4Network | IPv6Network, ...] = ()
    users: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    letterhead: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    phone: str = ""
    email: str = ""

    def letterhead_in(self, language: str) -> tuple[str, ...]:
        """The letterhead's lines for a report in that language; the facility's name when there is none."""
        return self.letterhead.get(language) or self.letterhead.get("") or (self.name,)

    @property
    def criteria(self) -> tuple[str, ...]:
        """The lists by which a sender over DICOM is recognised; each that is given must have the sender."""
        return tuple(name for name in ("calling_aets", "called_aets", "ips") if getattr(self, name))

    def sent(self, transport: Transport) -> bool:
        """Whether a study that came this way over DICOM is this facility's."""
        return bool(self.criteria) and (
            (not self.calling_aets or _listed(transport.calling_aet, self.calling_aets))
            and (not self.called_aets or _listed(transport.called_aet, self.called_aets))
            and (not self.ips or _within(transport.remote_ip, self.ips))
        )


def _listed(aet: str, aets: tuple[str, ...]) -> bool:
    return folded(aet) in (folded(each) for each in aets)


def _within(ip: str, networks: tuple[IPv4Network | IPv6Network, ...]) -> bool:
    try:
        address = ip_address(ip)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None) or address
    return any(mapped in network for network in networks if network.version == mapped.version)


def sender(facilities: tuple[Facility, ...], transport: Transport) -> str:
    """The id of the first facility that the study is of, or "". Who uploaded it says more than from where."""
    by_user = (each for each in facilities if transport.user and transport.user in each.users)
    over_dicom = (each for each in facilities if each.sent(transport))
    return next((each.id for each in (*by_user, *over_dicom)), "")


def by_specificity(facilities: Mapping[str, Facility]) -> tuple[Facility, ...]:
    """The facilities in the order in which a sender is looked for: those that ask most first, AE titles before addresses."""
    return tuple(sorted(facilities.values(), key=lambda each: (-len(each.criteria), "calling_aets" not in each.criteria)))
