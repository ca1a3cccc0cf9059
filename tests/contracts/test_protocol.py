"""docs/protocol.md and the OpenAPI document say what the code does: address, field and code by code."""

import inspect
import json
import re
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import msgspec
import pytest

from hubbub.api import openapi, shapes
from hubbub.api.endpoint import Endpoint
from hubbub.api.shapes import Nothing
from hubbub.api.table import ENDPOINTS
from hubbub.defaults import LIMIT_NAMES, Limits
from hubbub.lib.refusals import ALL_REFUSALS
from hubbub.messages import operations, wire
from hubbub.messages.news import reason_to_reset
from hubbub.messages.operations import OPERATIONS, Operation
from hubbub.messages.wire import EVENT_DATA, EventHead
from hubbub.realtime import connection, frames, room_frames
from hubbub.realtime.close_codes import CloseCode

ROOT = Path(__file__).parents[2]
PROTOCOL = (ROOT / "docs" / "protocol.md").read_text()
REALTIME = "".join(path.read_text() for path in sorted((ROOT / "src/hubbub/realtime").glob("*.py")))
NEWS = (ROOT / "src/hubbub/messages/news.py").read_text()
DOCUMENT: dict[str, Any] = openapi.document(ENDPOINTS)
SHAPES = (
    "Session",
    "RoomState",
    "ReadPosition",
    "EventsPage",
    "MessagesPage",
    "Answer",
    "Refusal",
    "Known",
    "News",
)
SENT_BY_TRANSPORT = {1007, 1009}  # by the WebSocket library itself


def section(number: int) -> str:
    return re.split(r"^## ", PROTOCOL, flags=re.MULTILINE)[number].split("\n", 1)[1]


def rows(text: str, columns: int) -> Iterator[list[str]]:
    """The rows of every table with so many columns."""
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and len(cells) == columns and not cells[0].startswith("---"):
            yield cells


def fences(name: str) -> list[str]:
    return re.findall(rf"^```json {name}\n(.*?)^```", PROTOCOL, flags=re.MULTILINE | re.DOTALL)


def lines_of(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for fence in fences(name) for line in fence.splitlines()]


def shape_named(name: str) -> Any:
    return next(getattr(place, name) for place in (shapes, wire, operations) if hasattr(place, name))


def told_fields(shape: type[msgspec.Struct]) -> str:
    """As the document writes them: what may be left out has a question mark."""
    fields = msgspec.structs.fields(shape)
    return ", ".join(field.encode_name + ("" if field.required else "?") for field in fields)


def schema_of(struct: type[msgspec.Struct]) -> set[str]:
    return set(struct.__struct_fields__)


def test_every_address_is_described_and_none_that_is_not_there() -> None:
    described = set(
        re.findall(r"^\| `(GET|POST|PUT|PATCH|DELETE) /([^`]+)` \|", PROTOCOL, flags=re.MULTILINE)
    )

    assert described == {(endpoint.method, endpoint.path) for endpoint in ENDPOINTS}


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: f"{endpoint.method} {endpoint.path}")
def test_what_a_request_sends_is_described(endpoint: Endpoint[Any]) -> None:
    [sends] = [
        sends for request, sends, _ in rows(PROTOCOL, 3) if request == f"`{endpoint.method} /{endpoint.path}`"
    ]

    if endpoint.sent.shape is Nothing:
        assert sends == ""
    elif endpoint.sent.shape == Operation:
        assert sends == "OPERATION"
    elif endpoint.is_safe:
        assert sends == f"`?{'&'.join(endpoint.sent.shape.__struct_fields__)}`"
    else:
        assert sends == f"`{{{told_fields(endpoint.sent.shape)}}}`"


@pytest.mark.parametrize("name", SHAPES)
def test_the_example_of_a_shape_has_its_fields(name: str) -> None:
    shape = shape_named(name)
    examples = [json.loads(fence) for fence in fences(name)]

    assert examples
    assert set().union(*examples) == schema_of(shape)
    for example in examples:
        assert set(example) >= {field.name for field in msgspec.structs.fields(shape) if field.required}
        if name not in ("EventsPage", "News"):  # they hold events as they are encoded
            msgspec.convert(example, shape)


def test_every_kind_of_event_is_described_with_its_fields() -> None:
    examples = {event["type"]: event for event in lines_of("event")}
    named = [kind for kind, _ in rows(section(4), 2) if kind.startswith("`") and "/" not in kind]

    assert set(examples) == set(EVENT_DATA) == {kind.strip("`") for kind in named if kind != "`type`"}
    for kind, data in EVENT_DATA.items():
        assert set(examples[kind]) == schema_of(EventHead) | schema_of(data), kind


def test_every_operation_is_described_with_its_fields() -> None:
    described = dict(re.findall(r"`(\w+) \{([^}]+)\}`", section(5)))

    assert set(described) == set(OPERATIONS)
    for name, shape in OPERATIONS.items():
        assert described[name] == told_fields(shape).removeprefix("client_id, "), name


def test_every_frame_of_a_client_is_described_with_its_fields() -> None:
    examples = lines_of("client")

    assert [example["type"] for example in examples] == list(frames._KINDS)
    for example in examples:
        parsed = frames.parse(example)
        if example["type"] == "op":
            operations.parse(example)
        else:
            assert set(example) == schema_of(type(parsed)) | {"type"}


def test_every_frame_of_a_room_client_is_described_with_its_fields() -> None:
    examples = lines_of("room-client")
    kinds = {type(room_frames.parse(example)) for example in examples}

    assert kinds == set(room_frames._KINDS.values())
    for kind in kinds:
        told = set().union(*(example for example in examples if type(room_frames.parse(example)) is kind))
        assert told - {"type"} == schema_of(kind)


def test_every_frame_of_the_server_is_described() -> None:
    told = {
        kind.strip("`") for number in (6, 8) for kind, *_ in rows(section(number), 3) if kind.startswith("`")
    }
    sent = set(re.findall(r'\bframe\(\s*"(\w+)"', REALTIME))

    assert sent <= told - {"type"}
    for kind in told - sent - {"type"}:
        assert (
            f'"{kind}"' in REALTIME
            or f'\\"type\\":\\"{kind}\\"' in REALTIME
            or f'"type":"{kind}"' in REALTIME
        ), kind


@pytest.mark.parametrize("reason", ["epoch", "ahead", "gone", "too_many"])
def test_every_reason_to_reset_is_described(reason: str) -> None:
    assert f'return "{reason}"' in inspect.getsource(reason_to_reset)
    assert f"`{reason}` (" in section(6)


def test_every_close_code_is_described() -> None:
    told = {int(code) for code, *_ in rows(section(6), 3) if code.isdecimal()}

    assert told == {int(code) for code in CloseCode} | SENT_BY_TRANSPORT | {connection.INTERNAL_ERROR}


def test_the_list_of_refusals_is_closed() -> None:
    refusals = section(7).split("| Limit |")[0]
    told = [(code.strip("`"), status) for code, status, _ in rows(refusals, 3) if status.isdecimal()]

    assert sorted(told) == sorted((kind.code, str(kind.status)) for kind in ALL_REFUSALS)


def test_every_limit_is_described_with_what_it_usually_is() -> None:
    told = {name.strip("`"): usual for name, usual, _ in rows(section(7), 3)}

    assert set(told) >= LIMIT_NAMES
    for name, value in asdict(Limits()).items():
        assert told[name] == str(value), name


def test_the_document_holds_every_endpoint_once() -> None:
    told = {(method.upper(), path[1:]) for path, methods in DOCUMENT["paths"].items() for method in methods}
    names = [
        operation["operationId"] for methods in DOCUMENT["paths"].values() for operation in methods.values()
    ]

    assert DOCUMENT["openapi"] == "3.1.0"
    assert told == {(endpoint.method, endpoint.path) for endpoint in ENDPOINTS}
    assert len(names) == len(set(names)) == len(ENDPOINTS)


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: f"{endpoint.method} {endpoint.path}")
def test_the_document_tells_what_is_sent_and_answered(endpoint: Endpoint[Any]) -> None:
    operation = DOCUMENT["paths"][f"/{endpoint.path}"][endpoint.method.lower()]

    told = {(parameter["in"], parameter["name"]) for parameter in operation["parameters"]}
    in_path = {("path", name) for name in re.findall(r"{(\w+)}", endpoint.path)}
    in_query = (
        {("query", name) for name in endpoint.sent.shape.__struct_fields__} if endpoint.is_safe else set()
    )
    assert told == in_path | in_query
    assert ("requestBody" in operation) == endpoint.has_body
    assert {str(status) for status in endpoint.statuses} <= set(operation["responses"])
    assert operation["summary"]


def test_the_document_names_only_schemas_that_it_holds() -> None:
    named = set(re.findall(r"#/components/schemas/(\w+)", json.dumps(DOCUMENT)))

    assert named
    assert named <= set(DOCUMENT["components"]["schemas"])
