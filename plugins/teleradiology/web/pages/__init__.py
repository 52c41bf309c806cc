"""The pages that people see: thin over workflow, which they call in this process; scripts in them call the JSON API."""

from __future__ import annotations

from flask import Blueprint, Flask

from ...workflow.room import Room
from . import accounts, context, notices, packing, read, roster, rules, sign_in, status, study, trail, worklist


def register(app: Flask, room: Room) -> None:
    """All pages of the application."""
    pages = Blueprint("pages", __name__)
    for part in (sign_in, worklist, read, study, roster, rules, status, accounts, trail):
        part.register(pages, room)
    accounts.register_own(pages, room)
    notices.register(pages, room)
    context.register(app)
    packing.register(pages, room)
    app.register_blueprint(pages)
