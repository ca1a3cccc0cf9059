"""docs/protocol.md and the OpenAPI document say what the code does, name by name."""

import re
from pathlib import Path

import pytest

from hubbub.api import openapi
from hubbub.api.table import ENDPOINTS
from hubbub.defaults import LIMIT_NAMES
from hubbub.lib.refusals import ALL_REFUSALS
from hubbub.messages import events as message_events
from hubbub.messages.operations import OPERATIONS
from hubbub.realtime import frames, room_frames
from hubbub.realtime.close_codes import CloseCode
from hubbub.rooms import events as room_events

PROTOCOL = (Path(__file__).parents[2] / "docs" / "protocol.md").read_text()
OURS = {"topic_chars", "direct_people", "reactions_per_message"}  # published beside what the contract lists


@pytest.mark.parametrize("code", [refusal.code for refusal in ALL_REFUSALS])
def test_every_refusal_is_in_the_closed_list(code: str) -> None:
    assert re.search(rf"\b{code}\b", PROTOCOL)


def test_every_operation_is_described_with_its_fields() -> None:
    for name, shape in OPERATIONS.items():
        described = re.search(rf"`{name} \{{([^}}]+)\}}`", PROTOCOL)
        assert described, name
        fields = {field.strip().removesuffix("?") for field in described.group(1).split(",")}
        assert fields == set(shape.__struct_fields__) - {"client_id"}


def test_every_kind_of_event_is_described() -> None:
    kinds = [
        getattr(module, name)
        for module in (message_events, room_events)
        for name in dir(module)
        if name.isupper()
    ]
    assert len(kinds) == 8
    for kind in kinds:
        assert f"`{kind}`" in PROTOCOL, kind


def test_every_frame_of_a_client_is_described() -> None:
    for kind in frames._KINDS:
        assert f'"type":"{kind}"' in PROTOCOL, kind
    for kind in set(room_frames._KINDS) - {"message", "chat_message"}:
        assert f'"type": "{kind}"' in PROTOCOL, kind


@pytest.mark.parametrize("code", list(CloseCode))
def test_every_close_code_is_described(code: CloseCode) -> None:
    assert str(int(code)) in PROTOCOL


@pytest.mark.parametrize("name", sorted(LIMIT_NAMES - OURS))
def test_every_limit_is_named(name: str) -> None:
    assert re.search(rf"\b{name}\b", PROTOCOL)


def test_every_endpoint_is_described_and_documented() -> None:
    document = openapi.document(ENDPOINTS)
    for endpoint in ENDPOINTS:
        assert endpoint.method.lower() in document["paths"][f"/{endpoint.path}"]
        last = endpoint.path.replace("{room}", "{id}").rsplit("/", 1)[1]
        assert last in PROTOCOL, endpoint.path


def test_the_document_names_only_schemas_that_it_holds() -> None:
    document = openapi.document(ENDPOINTS)
    named = set(re.findall(r"#/components/schemas/(\w+)", str(document)))

    assert document["openapi"] == "3.1.0"
    assert named
    assert named <= set(document["components"]["schemas"])
