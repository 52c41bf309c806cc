"""The rows of the worklist, ready to be shown: who holds a study, which flags it has, what this user may do with it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ...config.rules_file import RulesFile
from ...core import completeness, hold_reasons
from ...core.findings import SUGGESTED
from ...core.identity import Actor, may
from ...core.worklist import State, allowed
from ...store.item import Item
from ...workflow.placement import NO_READER
from ..api.shapes import viewer_url
from . import clinical, look, reasons, show, words
from .words import Sign, _

_ACTS = ("claim", "release")
_ON_THE_CLOCK = ("due-soon", "overdue")  # the ticking clock says it, without a new row


@dataclass(frozen=True)
class Main:
    """The row's button."""

    text: str
    strong: bool = False


@dataclass(frozen=True)
class Row:
    """An item with what the template must not work out by itself. ``stamp`` differs when the row looks different."""

    item: Item
    stamp: str
    path: str
    rank: int
    site: str
    subspecialty: str
    holder: str
    reason: str
    age: Any
    flags: tuple[Sign, ...]
    acts: tuple[str, ...]
    main: Main
    viewer: str


def row(item: Item, actor: Actor, rules: RulesFile, now: datetime) -> Row:
    """One item for one user."""
    facility = rules.facilities.get(item.facility)
    priority = rules.priorities.get(item.priority)
    reader = rules.readers.get(item.reader)
    holder = (reader.name if reader else item.reader) or (item.claimed_by if item.state == State.READING else "")
    return Row(
        item=item,
        stamp=hashlib.sha256(f"{item.version}{rules.digest}{holder}{now.astimezone(look.zone()).date()}".encode()).hexdigest()[
            :12
        ],
        path=path(item, actor),
        rank=priority.rank if priority else 2,
        site=facility.name if facility else item.facility or _("unknown site"),
        subspecialty=words.subspecialty(rules, item.subspecialty),
        holder=holder,
        reason=_reason(item),
        age=show.age(item.birth_date, now.date()),
        flags=_flags(item),
        acts=tuple(act for act in _ACTS if act in allowed(State(item.state)) and _may(actor, item, act)),
        main=_main(item, actor),
        viewer=viewer_url(item.study_instance_uid),
    )


def path(item: Item, actor: Actor) -> str:
    """Where a row leads: radiologists read what can be read, everybody else sees the details."""
    return f"/read/{item.id}" if _is_to_be_read(item, actor) else f"/studies/{item.id}"


def _is_to_be_read(item: Item, actor: Actor) -> bool:
    return (may(actor, "claim") and (State(item.state), "claim") in _READABLE) or _is_mine(item, actor)


_READABLE = {(State.UNASSIGNED, "claim"), (State.ASSIGNED, "claim"), (State.READING, "claim")}


def _is_mine(item: Item, actor: Actor) -> bool:
    return item.state == State.READING and item.claimed_by == actor.username


def _may(actor: Actor, item: Item, act: str) -> bool:
    """Whether to offer the act; the workflow has the last word."""
    if act == "release" and not may(actor, "assign"):
        return may(actor, act) and _is_mine(item, actor)
    return may(actor, act)


def _main(item: Item, actor: Actor) -> Main:
    if _is_mine(item, actor):
        return Main(_("Continue"), strong=True)
    if _is_to_be_read(item, actor):
        return Main(_("View")) if item.state == State.READING else Main(_("Read"))
    return Main(_("Report")) if item.state == State.COMPLETED else Main(_("Details"))


def _attention(item: Item) -> Sign:
    word, _colon, place = item.attention.partition(":")
    told = words.translated(words.ATTENTION, word)
    short = {"undecided": _("Undecided"), "quarantined": _("Quarantined"), NO_READER: _("No reader")}.get(word, told)
    return Sign(short, "attention", "bad", f"{told} ({place.strip()})" if place.strip() else told)


def _reason(item: Item) -> str:
    """Why a study waits or is closed, in this language where the word is one of the list."""
    if item.state == State.UNASSIGNED and item.attention in ("", NO_READER):
        return _("No reader may have this study at present.") if item.reason else ""
    if lacking := completeness.read(item.reason):
        return " ".join(reasons.lacking(each.to_json()) for each in lacking)
    word, text = hold_reasons.split(item.hold_reason if item.state == State.HELD else item.reason)
    if word == hold_reasons.OTHER:
        return text
    told = words.translated(words.GROUNDS, word)
    return f"{told}: {text}" if text else told


def _flag(flag: str) -> Sign:
    if not flag.startswith(SUGGESTED):
        return words.sign(words.FLAGS, flag)
    device = flag.removeprefix(SUGGESTED)
    return Sign(_("AI: {device}").format(device=device), "info", "accent", clinical.suggested_by(device))


def _flags(item: Item) -> tuple[Sign, ...]:
    found = [_attention(item)] if item.attention else []
    found += [_flag(flag) for flag in item.flags if flag not in _ON_THE_CLOCK]
    if item.missing_since:
        found.append(Sign(_("Images missing"), "attention", "bad", _("The study is no longer in Orthanc.")))
    return (*found, *(Sign(label, "flag") for label in item.labels))
