"""Where the parts meet: settings, rules, storage, documents, web application and Orthanc's callbacks. Decides nothing."""

from __future__ import annotations

import functools
import json
import multiprocessing
import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .config.in_force import RulesInForce
from .config.settings import Settings
from .core.errors import InvalidConfiguration
from .documents import report_texts, template_check
from .documents.pdf import Renderer
from .host.changes import Acts
from .host.gateway import Gateway
from .host.inlet import Inlet
from .host.log import log_to
from .host.notebook import Notebook
from .host.threads import Heartbeat
from .host.wiring import Parts, wire
from .store.engine import Store, connect
from .store.migrate import to_head
from .store.seal import seal_of
from .web.app import create_app
from .workflow import delivery, intake, oversight, rules
from .workflow.accounts import ensure_first_administrator
from .workflow.room import Room

NO_PROXY = "Remote access is allowed and TrustedProxies names no proxy: a slow client holds up all others (docs/integrators.md)."


def start(orthanc: Any, interpreter: Path) -> None:
    """Called while Orthanc loads the plugin. A configuration that is not valid stops Orthanc, with all its problems."""
    log_to(orthanc)
    multiprocessing.set_executable(str(interpreter))  # inside Orthanc, sys.executable is Orthanc
    try:
        _compose(orthanc, interpreter)
    except InvalidConfiguration as refusal:
        for problem in refusal.problems:
            orthanc.LogError(f"Teleradiology: {problem}")
        raise SystemExit(f"Teleradiology does not start: {refusal.detail}") from None


def _compose(orthanc: Any, interpreter: Path) -> None:
    settings = Settings.from_orthanc(json.loads(orthanc.GetConfiguration()), os.environ)
    if settings.remote_access and not settings.trusted_proxies:
        orthanc.LogWarning(f"Teleradiology: {NO_PROXY}")
    inlet = Inlet(settings.orthanc_address)
    room = furnish(settings, Gateway(orthanc, inlet), interpreter)
    notebook = Notebook()
    heartbeat = Heartbeat(lambda: _beat(room, notebook), room.now, settings.heartbeat_seconds)
    couriers = tuple(
        Heartbeat(functools.partial(delivery.deliver, room, name), room.now, settings.heartbeat_seconds)
        for name in delivery.COURIERS
    )
    room = replace(room, wake=lambda: _wake(heartbeat, *couriers))
    rules.remember(room)
    ensure_first_administrator(room, os.environ, functools.partial(_announce, settings.data_dir))
    acts = Acts(*(functools.partial(act, room) for act in (intake.notice, intake.stir, intake.stable, intake.vanish)))
    wire(orthanc, Parts(room, create_app(room), acts, heartbeat, notebook, inlet, couriers), os.environ)


def furnish(settings: Settings, host: Any, interpreter: Path) -> Room:
    """The room: everything that acts need, on storage that is up to date."""
    templates = settings.templates_dir / "report"
    if wrong := template_check.problems(templates):
        raise InvalidConfiguration("The report templates have problems.", problems=wrong)
    last_good = settings.data_dir / "last-good-rules.yaml"
    fonts, workers = settings.vendor_dir / "fonts", settings.pdf_workers
    return Room(
        store=_open(settings),
        rules=RulesInForce(settings.rules_file, last_good, lambda: report_texts.load(templates / "texts").by_id),
        settings=settings,
        host=host,
        renderer=Renderer(templates, fonts, python=str(interpreter), workers=workers),
        now=lambda: datetime.now(UTC),
    )


def _open(settings: Settings) -> Store:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    store = connect(settings.database_url, seal_of(settings.data_dir))
    to_head(store)
    return store


def _beat(room: Room, notebook: Notebook) -> datetime | None:
    notebook.write(room)
    return oversight.beat(room)


def _wake(*heartbeats: Heartbeat) -> None:
    for each in heartbeats:
        each.wake()


def _announce(data_dir: Path, text: str) -> None:
    """To a file that only the service's user can read, never to the log: it holds a password. ./serve shows it."""
    path = data_dir / "first-administrator.txt"
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(f"{text}\n")
