"""The OpenAPI 3.1 document, made from the table of endpoints and the structs of the wire. Pure."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from django.conf import settings

import hubbub
from hubbub.api.endpoint import Endpoint, Who
from hubbub.api.shapes import Nothing, Refusal
from hubbub.lib.refusals import ALL_REFUSALS
from hubbub.messages.wire import EVENT_DATA, EventHead, EventsPage

_REFERENCE = "#/components/schemas/{name}"
_PARAMETER = re.compile(r"{(\w+)}")
_STATUS = {kind.code: kind.status for kind in ALL_REFUSALS}
_ALWAYS = ("unavailable",)

Document = dict[str, Any]


def document(endpoints: Sequence[Endpoint[Any]]) -> Document:
    """The whole API as machines read it."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Hubbub", "version": hubbub.__version__, "description": "Contract version 1."},
        "paths": _paths(endpoints),
        "components": {"schemas": _schemas(endpoints), "securitySchemes": _security()},
    }


def codes_of(endpoint: Endpoint[Any]) -> set[str]:
    """Every code that an endpoint may refuse with."""
    codes = {*endpoint.refusals, *_ALWAYS}
    if endpoint.who is not Who.ANYBODY:
        codes |= {"unauthenticated", "forbidden"}
    if "{room}" in endpoint.path:
        codes.add("not_found")
    if endpoint.sent.shape is not Nothing:
        codes.add("bad_field")
    if endpoint.has_body:
        codes |= {"bad_json", "bad_text"}
    if not endpoint.is_safe:
        codes |= {"too_large", "busy"}
    if endpoint.rated:
        codes.add("rate_limited")
    return codes


def _paths(endpoints: Iterable[Endpoint[Any]]) -> Document:
    paths: Document = {}
    for endpoint in endpoints:
        paths.setdefault(f"/{endpoint.path}", {})[endpoint.method.lower()] = _operation(endpoint)
    return paths


def _operation(endpoint: Endpoint[Any]) -> Document:
    operation: Document = {
        "operationId": endpoint.handler.__name__,
        "summary": endpoint.handler.__doc__,
        "parameters": _parameters(endpoint),
        "responses": _responses(endpoint),
        "security": _needed(endpoint),
    }
    if endpoint.has_body:
        operation["requestBody"] = {"required": True, "content": _json(_schema_of(endpoint.sent.shape))}
    return operation


def _parameters(endpoint: Endpoint[Any]) -> list[Document]:
    in_path = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in _PARAMETER.findall(endpoint.path)
    ]
    if not endpoint.is_safe or endpoint.sent.shape is Nothing:
        return in_path
    fields = msgspec.json.schema(endpoint.sent.shape)["$defs"][endpoint.sent.shape.__name__]["properties"]
    return in_path + [
        {"name": name, "in": "query", "schema": _number(schema)} for name, schema in fields.items()
    ]


def _number(schema: Document) -> Document:
    """A query cannot hold null: what may be left out has no default."""
    number = next((kind for kind in schema.get("anyOf", ()) if kind["type"] != "null"), schema)
    return {name: value for name, value in number.items() if value is not None}


def _responses(endpoint: Endpoint[Any]) -> Document:
    answered = {"description": "Done.", "content": _json(_schema_of(endpoint.answer))}
    responses: Document = {str(status): answered for status in endpoint.statuses}
    by_status: dict[int, list[str]] = {}
    for code in sorted(codes_of(endpoint)):
        by_status.setdefault(_STATUS[code], []).append(code)
    for status, codes in sorted(by_status.items()):
        told = " or ".join(f"`{code}`" for code in codes)
        responses[str(status)] = {"description": told, "content": _json(_schema_of(Refusal))}
    return responses


def _needed(endpoint: Endpoint[Any]) -> list[Document]:
    cookie: Document = {"cookie": []} if endpoint.is_safe else {"cookie": [], "csrf": []}
    ways: list[Document] = [{"bearer": []}, cookie]
    return {Who.ANYBODY: [], Who.VISITORS: [{}, *ways], Who.SIGNED_IN: ways}[endpoint.who]


def _security() -> Document:
    return {
        "bearer": {"type": "http", "scheme": "bearer"},
        "cookie": {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME},
        "csrf": {"type": "apiKey", "in": "header", "name": "X-CSRFToken"},
    }


def _schemas(endpoints: Sequence[Endpoint[Any]]) -> Document:
    shapes = [endpoint.answer for endpoint in endpoints] + [e.sent.shape for e in endpoints if e.has_body]
    _, schemas = msgspec.json.schema_components(
        [*shapes, Refusal, EventHead, *EVENT_DATA.values()], ref_template=_REFERENCE
    )
    schemas["Refusal"]["properties"]["code"]["enum"] = sorted(_STATUS)
    schemas[EventsPage.__name__]["properties"]["events"]["items"] = {"$ref": _REFERENCE.format(name="Event")}
    return schemas | {"Event": {"oneOf": [_event(kind, data) for kind, data in EVENT_DATA.items()]}}


def _event(kind: str, data: type[msgspec.Struct]) -> Document:
    """An event is its head and what its kind adds, in one object."""
    of_kind = {"properties": {"type": {"const": kind}}}
    return {"title": kind, "allOf": [_schema_of(EventHead), _schema_of(data), of_kind]}


def _schema_of(shape: Any) -> Document:
    (schema,), _ = msgspec.json.schema_components([shape], ref_template=_REFERENCE)
    return schema


def _json(schema: Document) -> Document:
    return {"application/json": {"schema": schema}}
