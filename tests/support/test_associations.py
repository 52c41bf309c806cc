"""The test sender itself: a response is never taken by another thread than the one that waits for it."""

from __future__ import annotations

import time
from typing import Any

from pynetdicom import AE, evt
from pynetdicom.association import Association
from pynetdicom.sop_class import CTImageStorage

from . import associations, dicom_files


class SlowToLeave(Association):
    """Its reactor is slow to go on after it was let through the checkpoint: the moment in which responses were lost."""

    @property
    def _is_paused(self) -> bool:
        return self.__dict__["_is_paused"]

    @_is_paused.setter
    def _is_paused(self, value: bool) -> None:
        if not value and self.__dict__.get("_is_paused"):
            time.sleep(0.05)
        self.__dict__["_is_paused"] = value


def test_a_reactor_on_its_way_takes_no_response() -> None:
    clinic, pacs = AE("CLINIC"), AE("PACS")
    clinic.dimse_timeout = 1
    clinic.add_requested_context(CTImageStorage)
    pacs.add_supported_context(CTImageStorage)
    server = pacs.start_server(("127.0.0.1", 0), block=False, evt_handlers=[(evt.EVT_C_STORE, lambda _: 0)])
    try:
        association = associations.associate(clinic, server.socket.getsockname()[1])
        _take_responses_late(association)
        association.__class__ = SlowToLeave
        assert [association.send_c_store(one).get("Status") for one in dicom_files.study(5)] == [0] * 5
        association.release()
    finally:
        server.shutdown()


def _take_responses_late(association: Association) -> None:
    """Leave a response lying long enough for the reactor to find it. The pauses here are the race itself."""
    take = association.dimse.get_msg

    def late(block: bool = False) -> Any:
        if block:
            time.sleep(0.1)
        return take(block)

    association.dimse.get_msg = late
