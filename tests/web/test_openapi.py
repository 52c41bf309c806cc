"""The API's description is valid, complete, and true."""

from __future__ import annotations

import re

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from teleradiology.core.identity import RIGHTS
from teleradiology.web.api import ROUTES
from teleradiology.web.api.route import PUBLIC, SIGNED_IN


@pytest.fixture(scope="module")
def document(still_site):
    return still_site.as_("integrator").get("/api/openapi.json").json


def test_the_document_is_valid(document):
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []


def test_every_address_of_the_api_is_described_and_nothing_else(still_site, document):
    described = {(method.upper(), path) for path, operations in document["paths"].items() for method in operations}
    there = {
        (method, re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule))
        for rule in still_site.app.url_map.iter_rules()
        if rule.rule.startswith("/api")
        for method in set(rule.methods or ()) - {"HEAD"}
    }
    assert described == there == {(route.method, route.path) for route in ROUTES}


def test_names_are_unique(document):
    names = [operation["operationId"] for operations in document["paths"].values() for operation in operations.values()]
    assert len(names) == len(set(names)) == len(ROUTES)


def test_every_route_says_what_it_does_and_names_a_right_that_exists():
    for route in ROUTES:
        assert route.summary.endswith((".", "null")), route
        assert route.right in (PUBLIC, SIGNED_IN) or route.right in RIGHTS
        assert not route.path.endswith("/")


def test_writes_describe_their_headers(document):
    operation = document["paths"]["/api/worklist/{item}/claim"]["post"]
    assert {"If-Match", "Idempotency-Key"} <= {parameter["name"] for parameter in operation["parameters"]}
    assert {"200", "401", "403", "404", "409", "412"} <= set(operation["responses"])


def test_filters_are_described(document):
    names = {
        parameter["name"] for parameter in document["paths"]["/api/worklist"]["get"]["parameters"] if parameter["in"] == "query"
    }
    assert names == {"state", "priority", "facility", "subspecialty", "reader", "q", "limit", "cursor"}


def test_an_unchanged_document_is_not_sent_again(still_site):
    etag = still_site.as_("integrator").get("/api/openapi.json").headers["ETag"]
    assert still_site.as_("integrator").get("/api/openapi.json", headers={"If-None-Match": etag}).status_code == 304
