"""Composes the web application: headers, identity, problems, files, API and pages, for one room."""

from __future__ import annotations

from flask import Flask

from ..workflow.room import Room
from . import api, auth, headers, nul, ohif, pages, problems, static_files

KILOBYTE = 1024


def create_app(room: Room) -> Flask:
    """The WSGI application that Orthanc's HTTP server hands requests below /teleradiology to."""
    app = Flask("teleradiology", static_folder=None, template_folder=str(room.settings.templates_dir))
    app.url_map.strict_slashes = False  # Orthanc cuts trailing slashes; a redirect that adds one would never end
    app.url_map.merge_slashes = False
    app.url_map.redirect_defaults = False
    app.config.update(
        MAX_CONTENT_LENGTH=room.settings.largest_body_kilobytes * KILOBYTE,
        MAX_FORM_MEMORY_SIZE=room.settings.largest_body_kilobytes * KILOBYTE,
        PROVIDE_AUTOMATIC_OPTIONS=False,
        TRAP_HTTP_EXCEPTIONS=False,
        PROPAGATE_EXCEPTIONS=False,
    )
    app.extensions["room"] = room
    headers.register(app)  # first: a refusal, too, has a request id
    problems.register(app)
    nul.register(app)
    auth.register(app)
    static_files.register(app, static_files.StaticFiles(room.settings.vendor_dir, room.settings.orthanc_compresses))
    ohif.register(app, room.settings)
    api.register(app, room)
    pages.register(app, room)
    return app
