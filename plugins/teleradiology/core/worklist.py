"""The life cycle of a worklist item, as a table: (state, act) -> state. Whatever is not in the table is refused."""

from __future__ import annotations

from enum import StrEnum

from .errors import InvalidTransition


class State(StrEnum):
    """Where an item stands; UPS names the DICOM state (PS3.4 CC.1.1) it corresponds to."""

    ARRIVING = "arriving"
    UNASSIGNED = "unassigned"
    ASSIGNED = "assigned"
    READING = "reading"
    HELD = "held"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"  # a rule said that there is nothing to read; the reason is on the item


UPS = {
    State.ARRIVING: "SCHEDULED",
    State.UNASSIGNED: "SCHEDULED",
    State.ASSIGNED: "SCHEDULED",
    State.HELD: "SCHEDULED",
    State.READING: "IN PROGRESS",
    State.COMPLETED: "COMPLETED",
    State.CANCELLED: "CANCELED",
    State.SKIPPED: "CANCELED",
}

OPEN = (State.ARRIVING, State.UNASSIGNED, State.ASSIGNED, State.READING, State.HELD)

_S = State
TRANSITIONS: dict[tuple[State, str], State] = {
    (_S.ARRIVING, "admit"): _S.UNASSIGNED,  # the study is complete and decided ("complete study" in the design)
    (_S.ARRIVING, "skip"): _S.SKIPPED,
    (_S.ARRIVING, "hold"): _S.HELD,
    (_S.ARRIVING, "cancel"): _S.CANCELLED,
    (_S.ARRIVING, "prioritize"): _S.ARRIVING,
    (_S.UNASSIGNED, "assign"): _S.ASSIGNED,
    (_S.UNASSIGNED, "claim"): _S.READING,
    (_S.UNASSIGNED, "skip"): _S.SKIPPED,
    (_S.UNASSIGNED, "hold"): _S.HELD,
    (_S.UNASSIGNED, "prioritize"): _S.UNASSIGNED,
    (_S.UNASSIGNED, "cancel"): _S.CANCELLED,
    (_S.ASSIGNED, "assign"): _S.ASSIGNED,
    (_S.ASSIGNED, "claim"): _S.READING,
    (_S.ASSIGNED, "release"): _S.UNASSIGNED,
    (_S.ASSIGNED, "skip"): _S.SKIPPED,
    (_S.ASSIGNED, "hold"): _S.HELD,
    (_S.ASSIGNED, "prioritize"): _S.ASSIGNED,
    (_S.ASSIGNED, "cancel"): _S.CANCELLED,
    (_S.READING, "release"): _S.UNASSIGNED,
    (_S.READING, "assign"): _S.ASSIGNED,
    (_S.READING, "hold"): _S.HELD,
    (_S.READING, "prioritize"): _S.READING,
    (_S.READING, "complete"): _S.COMPLETED,
    (_S.READING, "cancel"): _S.CANCELLED,
    (_S.HELD, "resume"): _S.UNASSIGNED,
    (_S.HELD, "prioritize"): _S.HELD,
    (_S.HELD, "cancel"): _S.CANCELLED,
    (_S.COMPLETED, "reopen"): _S.UNASSIGNED,
    (_S.CANCELLED, "reopen"): _S.UNASSIGNED,
    (_S.SKIPPED, "reopen"): _S.UNASSIGNED,
}


def allowed(state: State) -> tuple[str, ...]:
    """The acts that the table has for this state, in its order."""
    return tuple(act for (at, act) in TRANSITIONS if at is state)


def after(state: State, act: str, standing: str = "") -> State:
    """The state that follows the act. ``standing`` describes the present state to a person: "reading by Dr A since 10:41".

    Raises InvalidTransition, which says what is allowed instead.
    """
    try:
        return TRANSITIONS[state, act]
    except KeyError:
        can = allowed(state)
        raise InvalidTransition(
            f"cannot {act} while {standing or state}; allowed: {', '.join((*can, 'view'))}", allowed=can
        ) from None
