"""The document that describes the API (OpenAPI 3.1), made from the models that check and the forms that answer."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from bot.api.body import MAX_JSON, MAX_LOG
from bot.toolkit import arguments, results

VERSION = "1.0.0"
"""Of the API: the first number rises when a form changes so that a client may break."""
_PLACE = "#/components/schemas/{model}"
_STATUSES = {
    400: "The body is not strict JSON in UTF-8.",
    401: "A key is needed, or the given one is not known.",
    403: "The request comes from a page elsewhere, or names a foreign host.",
    404: "There is no such topic or check.",
    408: "The body did not arrive in time.",
    413: f"The body is larger than {MAX_JSON:,} bytes (a log as text/plain: {MAX_LOG:,}).",
    415: "The body has a content type that is not read here.",
    422: "An argument is missing, unknown or malformed.",
    500: "A fault of the server's own.",
    503: "The index is still loading, or too much is being worked on; see Retry-After.",
}
_ALWAYS = (401, 403, 422, 500, 503)
_WITH_BODY = (400, 408, 413, 415)
_TGDL_EN = {"question": "The Accel column shows TGDL. What now?", "id": "ticket-4711"}
_TGDL_JA = {"question": "Accel 列が TGDL になっています", "id": "ticket-4711"}
_OUTPUT = "MAPI:\nGlobal Statistics\nSecured Connections: 12\n"
_ASK = {
    "english": {"summary": "A question", "value": _TGDL_EN},
    "japanese": {"summary": "質問", "value": _TGDL_JA},
    "follow_up": {
        "summary": "A question within a conversation, with output",
        "value": {
            "question": "And what does this say?",
            "paste": _OUTPUT,
            "history": [
                {"role": "user", "content": "Outlook is slow over the WAN"},
                {"role": "assistant", "content": "Check the Accel column of the MAPI connections."},
            ],
        },
    },
}
_PARSE = {"english": {"summary": "Output of a WAE", "value": {"text": _OUTPUT, "id": "wae-1"}}}
_NEXT = {
    "english": {"summary": "The first check", "value": {"question": "Outlook is slow over the WAN"}},
    "japanese": {
        "summary": "確認を終えたあとの次の確認",
        "value": {
            "question": "Outlook が WAN 越しで遅い",
            "outcomes": [{"check": "mapi-overview:1", "outcome": "good"}],
            "release": "5.0.3",
            "role": "edge",
        },
    },
}
_LANGUAGE = {"type": "string", "enum": ["ja", "en"]}
_LOG = {"type": "string", "pattern": "^[^\\u0000]*$"}


class Error(BaseModel):
    """What went wrong, and what to do about it; one sentence each."""

    error: str
    mend: str


_TAKEN: tuple[type[BaseModel], ...] = (
    arguments.AskRequest,
    arguments.ParseRequest,
    arguments.NextCheckRequest,
)
_GIVEN: tuple[type[BaseModel], ...] = (
    results.Answer,
    results.Parsed,
    results.Next,
    results.Topics,
    results.Topic,
    results.Found,
    Error,
)


@cache
def document() -> bytes:
    """Return the document as JSON; the same bytes for the same release."""
    pairs = [(model, "validation") for model in (*_TAKEN, *_GIVEN)]
    schemas = models_json_schema(pairs, ref_template=_PLACE)[1]["$defs"]  # type: ignore[arg-type]
    body = {
        "openapi": "3.1.0",
        "info": {
            "title": "WAAS MAPI AO knowledge base",
            "version": VERSION,
            "description": "Cited answers from one troubleshooting guide, and what device output proves. Read-only.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": _paths(),
        "components": {
            "schemas": schemas,
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "description": "a key of KB_API_KEYS"}},
        },
        "security": [{"key": []}, {}],
    }
    return json.dumps(body, ensure_ascii=False, indent=1, sort_keys=True).encode()


def _paths() -> dict[str, Any]:
    log = {"text/plain": {"schema": _LOG, "example": _OUTPUT}}
    name = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
    name |= {"example": "generic-ao-handoff"}
    limit = {"type": "integer", "minimum": 1, "maximum": 50, "default": 5}
    words = {"type": "string", "maxLength": 20_000, "pattern": arguments.VISIBLE}
    q = {"name": "q", "in": "query", "required": True, "schema": words}
    q |= {"examples": {"english": {"value": "Clock skew too great"}, "japanese": {"value": "時刻のずれ"}}}
    return {
        "/api/ask": {"post": _post("ask", "Answer a question", arguments.AskRequest, results.Answer, _ASK)},
        "/api/parse": {"post": _post("parse", "Read output", arguments.ParseRequest, results.Parsed, _PARSE, log)},
        "/api/next-check": {
            "post": _post(
                "nextCheck", "Find the next check", arguments.NextCheckRequest, results.Next, _NEXT, more=(404,)
            )
        },
        "/api/topics": {"get": _get("listTopics", "List the topics", results.Topics)},
        "/api/topics/{id}": {
            "get": _get(
                "showTopic", "Show one topic", results.Topic, name, _in_query("language", _LANGUAGE), more=(404,)
            )
        },
        "/api/search": {
            "get": _get(
                "search",
                "Search the topics",
                results.Found,
                q,
                _in_query("limit", limit),
                _in_query("language", _LANGUAGE),
            )
        },
    }


def _post(
    operation: str,
    summary: str,
    takes: type[BaseModel],
    gives: type[BaseModel],
    examples: dict[str, Any],
    also: dict[str, Any] | None = None,
    more: tuple[int, ...] = (),
) -> dict[str, Any]:
    content = {"application/json": {"schema": _ref(takes), "examples": examples}} | (also or {})
    return {
        "operationId": operation,
        "summary": summary,
        "requestBody": {"required": True, "content": content},
        "responses": _responses(gives, (*_WITH_BODY, *more)),
    }


def _get(
    operation: str, summary: str, gives: type[BaseModel], *parameters: dict[str, Any], more: tuple[int, ...] = ()
) -> dict[str, Any]:
    responses = _responses(gives, more)
    return {"operationId": operation, "summary": summary, "parameters": list(parameters), "responses": responses}


def _responses(gives: type[BaseModel], more: tuple[int, ...]) -> dict[str, Any]:
    found = {"200": _says("The result.", gives)}
    for status in sorted((*_ALWAYS, *more)):
        found[str(status)] = _says(_STATUSES[status], Error)
    found["503"]["headers"] = {"Retry-After": {"schema": {"type": "integer"}, "description": "seconds to wait"}}
    return found


def _says(description: str, gives: type[BaseModel]) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": _ref(gives)}}}


def _ref(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": _PLACE.format(model=model.__name__)}


def _in_query(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": schema}
