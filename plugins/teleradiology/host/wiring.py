"""Registers our callbacks with Orthanc, begins with it and ends with it."""

from __future__ import annotations

import logging
import os
from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import Any

from ..config.settings import Settings
from ..core.identity import service
from ..store import audit
from ..workflow.room import Room
from .answers import Sender
from .bridge import PREFIX, Bridge, WsgiApp
from .callers import Callers
from .changes import Acts, Changes, Doorbell
from .gate import Gate
from .guards import StoreGuard
from .inlet import Inlet
from .limits import Limits
from .log import incident
from .notebook import Notebook
from .passes import Passes
from .pool import LargeStackPool
from .shield import ROUTES, Shield
from .threads import Heartbeat

GUARDING = "TELERADIOLOGY_GUARDING"  # lua/IncomingHttpRequestFilter.lua lets nothing in until this is our process
GATEKEEPERS = 4
UPLOADS = f"{PREFIX}/api/uploads"
MEGABYTE = 1 << 20

log = logging.getLogger("teleradiology")


@dataclass(frozen=True)
class Parts:
    """What is wired to Orthanc."""

    room: Room
    application: WsgiApp
    acts: Acts
    heartbeat: Heartbeat
    notebook: Notebook
    inlet: Inlet
    couriers: tuple[Heartbeat, ...] = ()  # each delivers on a thread of its own: a slow receiver delays no clock


def wire(orthanc: Any, parts: Parts, environ: MutableMapping[str, str]) -> None:
    """Called once, while Orthanc loads the plugin: afterwards Orthanc takes no registrations."""
    settings, room = parts.room.settings, parts.room
    pool, keepers = LargeStackPool(settings.threads), LargeStackPool(GATEKEEPERS, "teleradiology-gate")
    callers = Callers(settings.trusted_proxies)
    gate = Gate(Passes(room, keepers.run), callers, parts.notebook, parts.inlet, settings.base_url)
    bridge = Bridge(parts.application, pool, Sender(orthanc), callers, limits_of(settings))
    shield = Shield(orthanc, pool, Sender(orthanc), limits_of(settings))
    guard = StoreGuard(settings.deepest_sequence, lambda why, sender: parts.notebook.note("instance-refused", "", sender, why))
    bell = Doorbell(parts.acts)

    def started() -> None:
        bell.start()
        for beats in (parts.heartbeat, *parts.couriers):
            beats.start()
        _note(room, "service-started")

    def stopped() -> None:
        """Within some ten seconds whatever hangs: who is asked to end is waited for, but nobody for long."""
        bell.stop(2.0)
        beats = (parts.heartbeat, *parts.couriers)
        for each in beats:
            each.tell_to_stop()
        parts.heartbeat.stop(2.0)
        room.renderer.close()  # a heartbeat that waits for a rendering goes on now
        for each in beats:
            each.stop(1.0)
        for threads in (pool, keepers):
            threads.close(1.0)
        _note(room, "service-stopped", parts.notebook)
        room.store.close()

    orthanc.RegisterIncomingHttpRequestFilter(gate.callback)  # first: nothing is served before it stands
    orthanc.RegisterIncomingCStoreInstanceFilter(guard.callback)
    orthanc.RegisterOnChangeCallback(Changes(orthanc, bell, started, stopped).callback)
    orthanc.RegisterRestCallback(PREFIX, bridge.callback)
    orthanc.RegisterRestCallback(f"{PREFIX}/(.*)", bridge.callback)
    orthanc.RegisterRestCallback("/", bridge.to_our_pages)
    for route in ROUTES:
        orthanc.RegisterRestCallback(route, shield.callback)
    environ[GUARDING] = str(os.getpid())


def limits_of(settings: Settings) -> Limits:
    """The largest bodies, by route."""
    uploads = (UPLOADS, settings.largest_upload_megabytes * MEGABYTE)
    return Limits(settings.largest_body_kilobytes * 1024, (uploads,), settings.request_seconds)


def _note(room: Room, event: str, notebook: Notebook | None = None) -> None:
    try:
        if notebook is not None:
            notebook.write(room, everything=True)
        with room.store.writing() as c:
            audit.append(c, event, service(), room.now())
    except Exception as error:  # noqa: BLE001 -- Orthanc starts and stops also when our database does not answer
        incident(log, event, error)
