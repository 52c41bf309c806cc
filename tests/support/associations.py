"""Associations of pynetdicom that lose no response."""

from __future__ import annotations

import socket
import threading
from typing import Any

from pynetdicom import AE, evt
from pynetdicom.association import Association


class Checkpoint(threading.Event):
    """Where pynetdicom's reactor thread waits while somebody sends and takes the response.

    pynetdicom 3.0.4 believes the reactor to wait as soon as it is about to ask whether it must. A reactor that was told
    "go on" a moment before then takes the response, and who sent waits for it until the DIMSE timeout. Here it counts as
    waiting only while it does wait.
    """

    def __init__(self, association: Association):
        super().__init__()
        self._association = association
        self.set()

    def clear(self) -> None:
        """Called by who wants to send, who then waits for ``_is_paused``."""
        super().clear()
        self._association._is_paused = False

    def wait(self, timeout: float | None = None) -> bool:
        """Called by the reactor."""
        while not super().wait(0.001):
            self._association._is_paused = True
        return True


def associate(ae: AE, port: int, called_aet: str = "ANY-SCP") -> Association:
    """Ask for an association on loopback; look at ``is_established``."""
    return ae.associate("127.0.0.1", port, ae_title=called_aet, evt_handlers=[(evt.EVT_CONN_OPEN, _opened)])


def _opened(event: Any) -> None:
    event.assoc._reactor_checkpoint = Checkpoint(event.assoc)
    event.assoc.dul.socket.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
