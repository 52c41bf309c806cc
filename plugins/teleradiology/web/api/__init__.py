"""The JSON API: every address is a row in one of these tables."""

from flask import Flask

from ...workflow.room import Room
from . import (
    about,
    accounts,
    acts,
    audit,
    deliveries,
    dispatch,
    findings,
    notifications,
    openapi,
    readers,
    report,
    reports,
    roster,
    rules,
    status,
    worklist,
)
from .metrics import Metrics, watch

ROUTES = (
    *status.ROUTES,
    *worklist.ROUTES,
    *acts.ROUTES,
    *findings.ROUTES,
    *report.ROUTES,
    *reports.ROUTES,
    *deliveries.ROUTES,
    *notifications.ROUTES,
    *readers.ROUTES,
    *rules.ROUTES,
    *roster.ROUTES,
    *audit.ROUTES,
    *accounts.ROUTES,
    *about.ROUTES,
)


def register(app: Flask, room: Room) -> None:
    """Make the tables' rows addresses of the application."""
    app.extensions["openapi"] = openapi.description(ROUTES)
    app.extensions["metrics"] = Metrics(room)
    watch(app, app.extensions["metrics"])
    dispatch.register(app, room, ROUTES)
