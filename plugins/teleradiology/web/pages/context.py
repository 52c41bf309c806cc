"""What every template is handed as ``page``, and how Jinja is set up for our pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Flask, request

from ... import locale
from ...core.errors import Problem
from ...core.identity import Actor, may
from .. import ROOT, auth
from . import look, refusals, show, words
from .script_words import for_scripts
from .words import N_


@dataclass(frozen=True)
class Link:
    """An entry of the main navigation; ``right`` of core.identity is what it takes to see it."""

    name: str
    path: str
    label: str
    icon: str
    right: str


NAVIGATION = (
    Link("worklist", "/", N_("Worklist"), "worklist", "view"),
    Link("roster", "/roster", N_("Roster"), "clock", "see roster"),
    Link("rules", "/rules", N_("Rules"), "rules", "rules"),
    Link("status", "/status", N_("System"), "status", "system"),
    Link("accounts", "/accounts", N_("Accounts"), "accounts", "accounts"),
    Link("audit", "/audit", N_("Audit"), "audit", "audit"),
)


@dataclass(frozen=True)
class Page:
    """The frame around a page: who looks at it, in which language and theme, and where in the service it is."""

    language: str
    theme: str
    actor: Actor | None
    now: datetime
    languages: tuple[tuple[str, str], ...]
    csrf: str
    root: str = ROOT

    @property
    def direction(self) -> str:
        """``rtl`` or ``ltr`` for the document."""
        return locale.DIRECTIONS.get(self.language, "ltr")

    @property
    def now_ms(self) -> int:
        """The server's time, from which the browser's clocks tick."""
        return int(self.now.timestamp() * 1000)

    @property
    def time_now(self) -> Any:
        """The time of day for "last refreshed"."""
        return show.ltr(f"{self.now.astimezone(look.zone()):%H:%M}")

    @property
    def zone(self) -> str:
        """The time zone that the times of the page are in."""
        return look.zone().key

    @property
    def words(self) -> dict[str, str]:
        """The texts that scripts need."""
        return for_scripts()

    @property
    def here(self) -> str:
        """The name of the navigation entry that this page belongs to."""
        return (request.endpoint or "").rpartition(".")[2].partition("_")[0]

    @property
    def address(self) -> str:
        """This page's own address, to come back to after changing the language or theme."""
        return request.script_root + request.full_path.rstrip("?") if request.method == "GET" else f"{self.root}/"

    @property
    def navigation(self) -> list[Link]:
        """The entries that the actor's roles give a right to."""
        return [link for link in NAVIGATION if self.may(link.right)] if self.actor else []

    @property
    def roles(self) -> list[str]:
        """The actor's roles in words."""
        return [words.translated(words.ROLES, role) for role in sorted(self.actor.roles)] if self.actor else []

    @property
    def stale_rules(self) -> Problem | bool:
        """What is wrong with a rules file that is not the one in force, for those who can put it right; else False."""
        rules = auth.room().rules
        if not self.may("rules") or not rules.differs():
            return False
        return rules.file_problem[0] if rules.file_problem else True

    def may(self, right: str) -> bool:
        """Whether the actor has a right of core.identity."""
        return self.actor is not None and may(self.actor, right)


def page() -> Page:
    """The frame of the present request."""
    room = auth.room()
    offered = tuple((code, locale.NAMES[code]) for code in room.settings.languages if code in locale.NAMES)
    who = auth.actor_or_none()
    return Page(look.language(), look.theme(), who, room.now(), offered, auth.csrf_token())


def register(app: Flask) -> None:
    """Give the application's templates translations, filters and the page."""
    env = app.jinja_env
    env.add_extension("jinja2.ext.i18n")
    env.trim_blocks = env.lstrip_blocks = True
    env.filters.update(show.FILTERS)
    env.globals["csrf_token"] = auth.csrf_token
    env.install_gettext_callables(_gettext, _ngettext, newstyle=True)  # type: ignore[attr-defined]
    app.extensions["refusal_words"] = refusals.said
    app.extensions["problem_words"] = refusals.problem_said
    app.context_processor(lambda: {"page": page()})


def _gettext(text: str) -> str:
    return locale.translations(look.language()).gettext(text)


def _ngettext(one: str, many: str, number: int) -> str:
    return locale.translations(look.language()).ngettext(one, many, number)
