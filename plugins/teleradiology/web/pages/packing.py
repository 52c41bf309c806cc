"""Sends pages gzipped, for bad links: Orthanc's own compression stays off, since it would pack again what is packed already."""

from __future__ import annotations

import gzip

from flask import Blueprint, Response, request

from ...workflow.room import Room

SMALLEST = 1000  # bytes
_LEVEL = 6


def register(pages: Blueprint, room: Room) -> None:
    """Pack every page that is worth it. The session cookie is SameSite=Strict, so no other site can measure what it guesses."""
    if room.settings.orthanc_compresses:
        return

    @pages.after_request
    def pack(response: Response) -> Response:
        # The host can send bytes that are no text with status 200 alone.
        if response.mimetype != "text/html" or response.status_code != 200 or response.is_streamed:
            return response
        response.headers["Vary"] = "Accept-Encoding, Cookie"
        body = response.get_data()
        if len(body) >= SMALLEST and request.accept_encodings["gzip"] > 0:
            response.set_data(gzip.compress(body, _LEVEL, mtime=0))
            response.headers["Content-Encoding"] = "gzip"
        return response
