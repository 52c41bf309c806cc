"""Remembers the caller's address between Orthanc's HTTP filter, which is told it, and its REST callback, which is not."""

from __future__ import annotations

import threading
from collections.abc import Mapping

FORWARDED = "x-forwarded-for"


class Callers:
    """Orthanc asks filter and callback one after the other on the same thread, so the thread's number identifies the request.

    Values in ``threading.local`` do not survive from one to the other, because Python's view of the thread is made anew.
    """

    def __init__(self, proxies: tuple[str, ...] = ()):
        self._proxies = frozenset(proxies)
        self._by_thread: dict[int, str] = {}

    def note(self, ip: str, headers: Mapping[str, str]) -> str:
        """Remember who knocks. A proxy of ours is believed about whom it speaks for, nobody else is."""
        forwarded = headers.get(FORWARDED, "")
        caller = forwarded.rpartition(",")[2].strip() if forwarded and ip in self._proxies else ip
        self._by_thread[threading.get_ident()] = caller[:64]
        return caller[:64]

    def caller(self) -> str:
        """The address noted on this thread."""
        return self._by_thread.get(threading.get_ident(), "")
