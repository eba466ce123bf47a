"""The document and the API agree: generated requests, good and bad, against a running server."""

from __future__ import annotations

import json

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, settings

from bot.api import openapi
from tests.api_server import api, running

DOCUMENT = json.loads(openapi.document())
PATHS = DOCUMENT["paths"]
schema = schemathesis.openapi.from_dict(DOCUMENT)


@pytest.fixture(scope="module")
def url(bot):
    with running(api(bot)) as server:
        yield server.url


@schema.parametrize()
@settings(
    max_examples=25, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck)
)  # fmt: skip
def test_every_reply_is_as_described(case, url) -> None:
    case.call_and_validate(base_url=url)


def test_every_operation_has_words_and_its_statuses() -> None:
    for operations in PATHS.values():
        for method, operation in operations.items():
            assert operation["summary"] and operation["operationId"]
            wanted = {"200", "401", "403", "422", "500", "503"}
            assert wanted | ({"400", "408", "413", "415"} if method == "post" else set()) <= set(operation["responses"])


@pytest.mark.parametrize("path", [path for path, operations in PATHS.items() if "post" in operations])
def test_the_examples_are_good_requests(url, path) -> None:
    content = PATHS[path]["post"]["requestBody"]["content"]["application/json"]
    for example in content["examples"].values():
        reply = httpx.post(url + path, json=example["value"], timeout=60)
        assert reply.status_code == 200, reply.text
