"""Numbers for Prometheus: how much waits, how late it is, how long answers take. No patient, no person."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from ... import __version__
from ...store import figures, rules_history
from ...workflow.room import Room
from ..problems import VERBS

PREFIX = "teleradiology"
MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
LATELY = timedelta(days=7)  # further back nobody rings a clinic, and every scrape would count the whole past
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_TURNAROUNDS = tuple(minutes * 60 for minutes in (10, 20, 30, 45, 60, 120, 240, 480, 720, 1440, 2880, 10080))


class Metrics:
    """The numbers of one application, in a registry of its own."""

    def __init__(self, room: Room):
        self.registry = CollectorRegistry(auto_describe=False)
        self.requests = Histogram(
            f"{PREFIX}_request_seconds",
            "How long requests took.",
            ["method", "route"],
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.answers = Counter(f"{PREFIX}_answers", "Answers by status.", ["method", "route", "status"], registry=self.registry)
        self.turnaround = Histogram(
            f"{PREFIX}_turnaround_seconds",
            "From the first image to the final report.",
            ["priority"],
            buckets=_TURNAROUNDS,
            registry=self.registry,
        )
        self.registry.register(_Present(room))
        self._counted: dict[tuple[str, str, int], tuple[Histogram, Counter]] = {}
        self._room = room
        self._one_scrape = threading.Lock()
        self._seen_until: datetime = room.now()

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """One request was answered; ``route`` is the rule, never the path with its ids."""
        key = (method, route, status)
        if key not in self._counted:  # labels() checks and locks each time it is asked
            self._counted[key] = (self.requests.labels(method, route), self.answers.labels(method, route, str(status)))
        took, answered = self._counted[key]
        took.observe(seconds)
        answered.inc()

    def text(self) -> bytes:
        """All numbers as Prometheus reads them."""
        with self._one_scrape:
            self._observe_turnarounds()
            return generate_latest(self.registry)

    def _observe_turnarounds(self) -> None:
        with self._room.store.reading() as c:
            finished = figures.finished_after(c, self._seen_until)
        for each in finished:
            self.turnaround.labels(each.priority).observe((each.final_at - each.received_at).total_seconds())
            self._seen_until = each.closed_at


def watch(app: Flask, metrics: Metrics) -> None:
    """Count and time every request of the application, pages and files included."""

    def end(response: Response) -> Response:
        route = request.url_rule.rule if request.url_rule else "unknown"
        method = request.method if request.method in VERBS else "other"
        metrics.request(method, route, response.status_code, time.perf_counter() - g.began)
        return response

    app.after_request(end)


class _Present(Collector):
    """What stands at the moment of asking."""

    def __init__(self, room: Room):
        self._room = room

    def collect(self) -> Iterator[GaugeMetricFamily]:
        room = self._room
        now = room.now()
        with room.store.reading() as c:
            waiting, late = figures.open_items(c), figures.overdue(c, now)
            attention, undelivered = figures.attention(c), figures.undelivered(c)
            unseen, last = figures.unacknowledged(c, now - LATELY), rules_history.latest(c)
        yield _gauge(
            "worklist_open", "Open items.", {(each.state, each.priority): each.count for each in waiting}, "state", "priority"
        )
        yield _gauge("worklist_overdue", "Open items past their due time.", {(): late})
        yield _gauge("worklist_attention", "Open items that a person must look at.", {(): attention})
        unseen_by = {(priority,): count for priority, count in unseen.items()}
        yield _gauge(
            "reports_unacknowledged",
            "Studies reported in the last 7 days whose latest report no site has seen.",
            unseen_by,
            "priority",
        )
        depth = {(each.courier, each.state): each.count for each in undelivered}
        yield _gauge("outbox_depth", "Deliveries that nobody has received yet.", depth, "courier", "state")
        ages = {(each.courier, each.state): (now - each.oldest).total_seconds() for each in undelivered}
        yield _gauge("outbox_age_seconds", "How long the oldest of them waits.", ages, "courier", "state")
        yield _gauge("rules_ok", "1 when the rules file on the disk is the one in force.", {(): 0 if room.rules.differs() else 1})
        yield _gauge("rules_info", "The rules in force.", {(room.rules.current.digest,): 1}, "digest")
        if last is not None:
            reloaded = {(): last.at.timestamp()}
            yield _gauge("rules_reload_timestamp_seconds", "When other rules were put in force last.", reloaded)
        yield _gauge("info", "The version that runs.", {(__version__,): 1}, "version")


def _gauge(name: str, text: str, values: Mapping[Any, float], *labels: str) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"{PREFIX}_{name}", text, labels=labels)
    for label_values, value in values.items():
        family.add_metric(label_values, value)
    return family
