"""Who acts, and which roles may do what: one table that an administrator can check."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from .errors import NotAllowed, Told


class Role(StrEnum):
    """What an account is for; an account may have several."""

    ADMINISTRATOR = "administrator"
    RADIOLOGIST = "radiologist"
    COORDINATOR = "coordinator"
    FACILITY = "facility"
    QUALITY = "quality"
    AUDITOR = "auditor"
    INTEGRATOR = "integrator"
    SYSTEM = "system"  # the service itself; never given to an account

    @classmethod
    def _missing_(cls, value: object) -> Role | None:
        """People also write the person: "facility user", "Quality_Manager", "auditors"."""
        word = " ".join(str(value).lower().replace("_", " ").replace("-", " ").split())
        word = word.removesuffix("s").removesuffix(" user").removesuffix(" manager")
        return next((role for role in cls if role.value == _ALSO_CALLED.get(word, word)), None)


_ALSO_CALLED = {
    "admin": "administrator",
    "reader": "radiologist",
    "clinic": "facility",
    "dispatcher": "coordinator",
    "integration": "integrator",
}


@dataclass(frozen=True)
class Actor:
    """Who acts in this request, and from where.

    ``facility`` limits a facility user; ``reader`` is a radiologist's id in the rules file.
    """

    username: str
    roles: frozenset[Role]
    name: str = ""
    facility: str | None = None
    reader: str | None = None
    origin: str = ""  # remote address, for the audit trail
    language: str = "en"

    def has(self, *roles: Role) -> bool:
        """True when the actor has at least one of the roles."""
        return not self.roles.isdisjoint(roles)

    @property
    def confined_to(self) -> str | None:
        """The only facility whose studies this actor may see, or None for all of them."""
        return None if self.has(*SEES_EVERY_FACILITY) else (self.facility or "")


SEES_EVERY_FACILITY = (
    Role.ADMINISTRATOR,
    Role.RADIOLOGIST,
    Role.COORDINATOR,
    Role.QUALITY,
    Role.AUDITOR,
    Role.INTEGRATOR,
    Role.SYSTEM,
)

_A, _R, _C, _F, _Q, _U, _I = (
    Role.ADMINISTRATOR,
    Role.RADIOLOGIST,
    Role.COORDINATOR,
    Role.FACILITY,
    Role.QUALITY,
    Role.AUDITOR,
    Role.INTEGRATOR,
)

RIGHTS: dict[str, frozenset[Role]] = {
    "view": frozenset({_A, _R, _C, _F, _Q, _U, _I}),  # worklist, item, explanation, signed reports (own facility for F)
    "images": frozenset({_A, _R, _C, _F, _Q}),
    "claim": frozenset({_R}),
    "release": frozenset({_R, _A, _C}),
    "assign": frozenset({_A, _C}),
    "prioritize": frozenset({_A, _C, _R, _F}),
    "declare": frozenset({_A, _C, _F, _I}),  # how urgent a study is to the facility, that all of it was sent
    "findings": frozenset({_A, _I}),  # tell what an inference service found
    "hold": frozenset({_A, _C, _R}),
    "resume": frozenset({_A, _C, _R}),
    "cancel": frozenset({_A, _C}),
    "reopen": frozenset({_A, _C, _R}),
    "draft": frozenset({_R}),
    "sign": frozenset({_R}),
    "acknowledge": frozenset({_F, _I}),  # that the facility has seen a report
    "redeliver": frozenset({_A, _C}),  # try again what could not be delivered
    "roster": frozenset({_A, _C}),  # readers say of themselves whether they are available
    "see roster": frozenset({_A, _C, _R, _Q}),
    "skips": frozenset({_A, _C, _Q}),  # how often and why readers pass cases on
    "rules": frozenset({_A}),
    "explain": frozenset({_A, _C, _R, _Q}),
    "audit": frozenset({_A, _U}),
    "timeline": frozenset({_A, _C, _R, _Q, _U}),
    "accounts": frozenset({_A}),
    "system": frozenset({_A}),
    "metrics": frozenset({_A, _I, _Q}),
    "send images": frozenset({_A, _I}),  # POST /instances and STOW-RS of whole studies
}


def may(actor: Actor, act: str) -> bool:
    """Whether one of the actor's roles has the right. Raises KeyError for a right that does not exist."""
    return actor.has(Role.SYSTEM) or not actor.roles.isdisjoint(RIGHTS[act])


def require(actor: Actor, act: str) -> None:
    """Refuse with NotAllowed, naming the roles that have the right, unless the actor has it."""
    if not may(actor, act):
        roles = tuple(sorted(RIGHTS[act]))
        raise NotAllowed(f"The right '{act}' belongs to: {', '.join(roles)}.", told=Told("no-right", {"roles": roles}))


def service(origin: str = "") -> Actor:
    """The service itself, for acts that no person asked for."""
    return Actor("system", frozenset({Role.SYSTEM}), name="Teleradiology", origin=origin)
