"""Operations, events and pages of messages over HTTP."""

import pytest
from pytest_django.fixtures import Settings

from hubbub.events import log
from tests import cast
from tests.api.asking import Json, content, done, of, refused

pytestmark = pytest.mark.django_db

OPERATIONS = [
    {"op": "send", "body": "hi"},
    {"op": "edit", "target": "m1", "body": "hi"},
    {"op": "delete", "target": "m1"},
    {"op": "react", "target": "m1", "emoji": "👍"},
    {"op": "unreact", "target": "m1", "emoji": "👍"},
]


@pytest.fixture
def room() -> str:
    """A public room of Ben's; Cleo belongs to it too."""
    there = cast.room("ben")
    cast.add(there, "ben", "cleo")
    return there.wire_id


def events(room: str, **query: object) -> list[Json]:
    found: list[Json] = done(of("ben").get(f"rooms/{room}/events", **query))["events"]
    return found


def messages(room: str, **query: object) -> list[Json]:
    found: list[Json] = done(of("ben").get(f"rooms/{room}/messages", **query))["messages"]
    return found


def say_many(room: str, count: int) -> None:
    there = cast.room_of(room)
    for number in range(count):
        cast.say(there, "ben", f"number {number}")


def test_a_message_is_answered_stored_and_logged(room: str) -> None:
    answer = of("ben").say(room, "hello **you** @cleo", "my-id")

    assert answer == {"room": room, "seq": 3, "id": answer["id"], "client_id": "my-id", "duplicate": False}
    [event] = events(room, after=2)
    assert event == {
        "room": room, "seq": 3, "type": "message", "id": answer["id"], "by": "ben", "client_id": "my-id",
        "body": "hello **you** @cleo", "html": event["html"], "mentions": ["cleo"], "at": event["at"],
    }  # fmt: skip
    assert "<strong>you</strong>" in event["html"]
    [message] = messages(room)
    assert message == {
        "id": answer["id"], "seq": 3, "by": "ben", "body": event["body"], "html": event["html"], "at": event["at"],
        "edited_at": None, "deleted": False, "reply_to": None, "reactions": {},
    }  # fmt: skip


def test_every_operation_makes_its_event(room: str) -> None:
    ben, cleo = of("ben"), of("cleo")
    first = ben.say(room, "one")["id"]
    reply = done(cleo.operate(room, "send", body="two", reply_to=first))["id"]
    for asker, op, fields in [
        (ben, "edit", {"target": first, "body": "one!"}),
        (cleo, "react", {"target": first, "emoji": "👍"}),
        (cleo, "unreact", {"target": first, "emoji": "👍"}),
        (cleo, "delete", {"target": reply}),
    ]:
        assert done(asker.operate(room, op, **fields))["id"] == fields["target"]

    log_there = events(room, after=2)
    assert [event["seq"] for event in log_there] == [3, 4, 5, 6, 7, 8]
    assert [event["type"] for event in log_there] == [
        "message",
        "message",
        "edit",
        "react",
        "unreact",
        "delete",
    ]
    assert log_there[1]["reply_to"] == first
    assert (log_there[2]["target"], log_there[2]["body"], log_there[2]["by"]) == (first, "one!", "ben")
    assert (log_there[3]["target"], log_there[3]["emoji"], log_there[3]["by"]) == (first, "👍", "cleo")
    one, two = messages(room)
    assert (one["body"], one["edited_at"], one["reactions"]) == ("one!", log_there[2]["at"], {})
    assert (two["body"], two["html"], two["deleted"], two["reply_to"]) == (None, None, True, first)


def test_what_was_deleted_is_gone_from_the_log_with_all_its_edits(room: str) -> None:
    ben = of("ben")
    said = ben.say(room, "secret one @cleo")
    done(ben.operate(room, "edit", target=said["id"], body="secret two @cleo"))
    kept = ben.say(room, "kept")

    done(ben.operate(room, "delete", target=said["id"]))

    logged = of("cleo").get(f"rooms/{room}/events")
    assert "secret" not in logged.content.decode()
    message, edit, other, delete = events(room, after=2)
    assert (message["body"], message["html"], edit["body"], edit["html"]) == (None, None, None, None)
    assert (message["id"], edit["target"], delete["target"]) == (said["id"], said["id"], said["id"])
    assert (other["id"], other["body"]) == (kept["id"], "kept")
    assert "secret" not in of("cleo").get(f"rooms/{room}/messages").content.decode()


@pytest.mark.parametrize("op", ["edit", "react", "unreact"])
def test_a_deleted_message_is_gone(room: str, op: str) -> None:
    ben = of("ben")
    target = ben.say(room, "one")["id"]
    done(ben.operate(room, "delete", target=target))

    refused(ben.operate(room, op, target=target, body="x", emoji="👍"), "gone")


def test_what_changes_nothing_succeeds_with_the_head_and_makes_no_event(room: str) -> None:
    ben = of("ben")
    target = ben.say(room, "one")["id"]
    done(ben.operate(room, "react", target=target, emoji="👍"))
    ben.say(room, "two")
    head = 5

    answers = [
        done(ben.operate(room, "react", "r-again", target=target, emoji="👍")),
        done(ben.operate(room, "unreact", target=target, emoji="🎉")),
    ]
    deleted = done(ben.operate(room, "delete", target=target))
    answers_after = [done(ben.operate(room, "delete", target=target))]
    again = done(ben.operate(room, "react", "r-again", target=target, emoji="👍"))

    assert [answer["seq"] for answer in answers] == [head, head]
    assert [answer["seq"] for answer in answers_after] == [deleted["seq"]] == [head + 1]
    assert (again["seq"], again["duplicate"]) == (head, True)
    assert events(room)[-1]["seq"] == head + 1


def test_a_repeat_gets_the_first_answer_wherever_it_is_asked(room: str) -> None:
    ben = of("ben")
    other = cast.room("ben", "Other").wire_id
    first = ben.say(room, "once", "same-id")

    repeats = [ben.say(room, "once", "same-id"), ben.say(other, "once", "same-id")]

    assert repeats == [{**first, "duplicate": True}] * 2
    assert len(messages(room)) == 1
    assert messages(other) == []


@pytest.mark.parametrize("body", OPERATIONS, ids=lambda body: str(body["op"]))
def test_the_same_id_with_other_content_is_a_conflict(room: str, body: Json) -> None:
    ben = of("ben")
    ben.say(room, "once", "same-id")

    refused(ben.post(f"rooms/{room}/ops", {**body, "client_id": "same-id"}), "conflict")

    assert len(events(room)) == 3


def test_client_ids_belong_to_their_author(room: str) -> None:
    first, second = of("ben").say(room, "mine", "same-id"), of("cleo").say(room, "mine too", "same-id")

    assert (first["duplicate"], second["duplicate"]) == (False, False)


def test_a_refused_operation_does_not_use_up_its_id(room: str) -> None:
    refused(of("ben").operate(room, "send", "my-id", body=""), "bad_field")
    refused(of("ben").operate(room, "edit", "my-id", target="m999", body="x"), "not_found")

    assert not of("ben").say(room, "now", "my-id")["duplicate"]


def test_only_authors_and_managers_change_a_message(room: str) -> None:
    cast.actor("ada")
    ada = of("ada")
    target = of("cleo").say(room, "mine")["id"]
    managed = of("ben").say(room, "of ben")["id"]

    refused(of("cleo").operate(room, "edit", target=managed, body="x"), "forbidden")
    refused(of("cleo").operate(room, "delete", target=managed), "forbidden")
    done(of("ben").operate(room, "delete", target=target))
    done(ada.operate(room, "delete", target=managed))


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "unknown_op"),
        ({"op": "shout", "client_id": "x"}, "unknown_op"),
        ({"op": None, "client_id": "x"}, "unknown_op"),
        ({"op": ["send"], "client_id": "x"}, "unknown_op"),
        ({"op": "send", "body": "hi"}, "bad_field"),
        ({"op": "send", "client_id": "", "body": "hi"}, "bad_field"),
        ({"op": "send", "client_id": "x" * 65, "body": "hi"}, "bad_field"),
        ({"op": "send", "client_id": "é", "body": "hi"}, "bad_field"),
        ({"op": "send", "client_id": "a\n", "body": "hi"}, "bad_field"),
        ({"op": "send", "client_id": 7, "body": "hi"}, "bad_field"),
        ({"op": "send", "client_id": "x"}, "bad_field"),
        ({"op": "send", "client_id": "x", "body": 5}, "bad_field"),
        ({"op": "send", "client_id": "x", "body": "   "}, "bad_field"),
        ({"op": "send", "client_id": "x", "body": "\u200b"}, "bad_field"),
        ({"op": "send", "client_id": "x", "body": "a\u0007"}, "bad_text"),
        ({"op": "send", "client_id": "x", "body": "a\0"}, "bad_text"),
        ({"op": "send", "client_id": "x", "body": "\ud83d"}, "bad_text"),
        ({"op": "send", "client_id": "x", "body": "x" * 5001}, "too_large"),
        ({"op": "send", "client_id": "x", "body": "hi", "reply_to": "m999"}, "not_found"),
        ({"op": "send", "client_id": "x", "body": "hi", "reply_to": 5}, "bad_field"),
        ({"op": "edit", "client_id": "x", "target": "m999", "body": "hi"}, "not_found"),
        ({"op": "delete", "client_id": "x", "target": "m999"}, "not_found"),
        ({"op": "delete", "client_id": "x", "target": "m" + "9" * 40}, "not_found"),
        ({"op": "react", "client_id": "x", "target": "m999", "emoji": "not one"}, "bad_field"),
        ({"op": "react", "client_id": "x", "target": "m999"}, "bad_field"),
    ],
)
def test_an_operation_that_cannot_be_is_refused(room: str, body: Json, code: str) -> None:
    refused(of("ben").post(f"rooms/{room}/ops", body), code)

    assert len(events(room)) == 2


@pytest.mark.parametrize(
    "text", ["x" * 5000, "🐎" * 5000, "a\r\nb\tc", "<script>", "\u202eabc", "e\u0301\u0301", " \xa0 x "]
)
def test_text_is_stored_exactly(room: str, text: str) -> None:
    of("ben").say(room, text)

    assert messages(room)[0]["body"] == text
    assert events(room)[-1]["body"] == text
    assert "<script" not in messages(room)[0]["html"]


def test_the_log_is_read_in_pages(room: str) -> None:
    say_many(room, 10)
    ben = of("ben")
    path = f"rooms/{room}/events"

    first = done(ben.get(path, after=0, limit=5))
    second = done(ben.get(path, after=5, limit=5))
    whole = done(ben.get(path))

    assert (first["epoch"], first["floor"], first["head"]) == (log.epoch(), 0, 12)
    assert [event["seq"] for event in first["events"]] == [1, 2, 3, 4, 5]
    assert [event["seq"] for event in second["events"]] == [6, 7, 8, 9, 10]
    assert [event["seq"] for event in whole["events"]] == list(range(1, 13))
    assert done(ben.get(path, after=12))["events"] == done(ben.get(path, after=10**30))["events"] == []
    assert len(done(ben.get(path, limit=10**6))["events"]) == 12


def test_a_limit_above_the_bound_is_cut_to_it(room: str) -> None:
    say_many(room, 110)

    assert len(messages(room, limit=100_000)) == 100


def test_the_log_below_its_floor_is_gone(room: str) -> None:
    say_many(room, 5)
    log.trim(cast.room_of(room).pk, 4)
    path = f"rooms/{room}/events"

    refused(of("ben").get(path), "gone")
    refused(of("ben").get(path, after=3), "gone")
    page = done(of("ben").get(path, after=4))
    assert (page["floor"], [event["seq"] for event in page["events"]]) == (4, [5, 6, 7])
    assert len(messages(room)) == 5


def test_messages_are_read_in_pages_in_both_directions(room: str) -> None:
    say_many(room, 10)  # at 3 … 12

    def seqs(**query: object) -> list[int]:
        return [message["seq"] for message in messages(room, **query)]

    assert seqs() == list(range(3, 13))
    assert seqs(limit=3) == [10, 11, 12]
    assert seqs(before=10, limit=3) == [7, 8, 9]
    assert seqs(before=3) == seqs(before=0) == []
    assert seqs(after=5, limit=3) == [6, 7, 8]
    assert seqs(after=0, limit=2) == [3, 4]
    assert seqs(after=12) == seqs(after=10**20) == []
    assert seqs(around=7, limit=4) == [5, 6, 7, 8]
    assert seqs(around=12, limit=4) == [9, 10, 11, 12]
    assert seqs(around=0, limit=4) == [3, 4]
    assert done(of("ben").get(f"rooms/{room}/messages"))["seq"] == 12


@pytest.mark.parametrize("path", ["events", "messages"])
@pytest.mark.parametrize(
    "query",
    ["after=-1", "after=+1", "after=1.0", "after=1e3", "after=", "after=x", "after=%D9%A3", "after=1_0", "after=%201",
     "limit=0", "limit=-5", "limit=x", "after=1&after=2", "after=%00"],
)  # fmt: skip
def test_a_query_that_is_no_decimal_number_is_refused(room: str, path: str, query: str) -> None:
    refused(of("ben").ask("GET", f"/api/v1/rooms/{room}/{path}?{query}"), "bad_field")


def test_only_one_position_is_given_and_unknown_names_are_ignored(room: str) -> None:
    refused(of("ben").get(f"rooms/{room}/messages", before=1, after=1), "bad_field")
    done(of("ben").get(f"rooms/{room}/messages", before=5, unheard_of="x"))


def test_reactions_are_listed_by_whom_they_are(room: str) -> None:
    target = of("ben").say(room, "one")["id"]
    for who, emoji in [("cleo", "👍"), ("ben", "👍"), ("ben", "🎉")]:
        done(of(who).operate(room, "react", target=target, emoji=emoji))

    assert messages(room)[0]["reactions"] == {"👍": ["cleo", "ben"], "🎉": ["ben"]}


def test_reactions_are_bounded(room: str) -> None:
    target = of("ben").say(room, "one")["id"]
    emoji = [chr(0x1F600 + number) for number in range(51)]
    for one in emoji[:50]:
        done(of("ben").operate(room, "react", target=target, emoji=one))

    refused(of("ben").operate(room, "react", target=target, emoji=emoji[50]), "too_many")
    done(of("cleo").operate(room, "react", target=target, emoji=emoji[0]))


def test_speaking_too_fast_is_refused_with_when_to_go_on(
    room: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hubbub.people.rates._throttles", {})
    monkeypatch.setattr("hubbub.lib.clock.ticks", lambda: 100.0)
    settings.HUBBUB = {}

    answers = [of("ben").operate(room, "send", body=f"{n}") for n in range(70)]

    late = next(answer for answer in answers if answer.status_code != 200)
    assert answers.index(late) == 60
    told = refused(late, "rate_limited")
    assert int(late.headers["Retry-After"]) == -(-told["retry_after_ms"] // 1000)
    assert {answer.status_code for answer in answers} == {200, 429}
    stored = [content(answer)["seq"] for answer in answers if answer.status_code == 200]
    assert len(messages(room, limit=100)) == len(stored)


def test_a_page_brings_what_its_messages_answer(room: str) -> None:
    ben = of("ben")
    first = ben.say(room, "the question")["id"]
    say_many(room, 5)
    answer = done(ben.operate(room, "send", body="the answer", reply_to=first))["id"]
    done(ben.operate(room, "send", body="to that", reply_to=answer))

    page = done(ben.get(f"rooms/{room}/messages", limit=2))
    assert [message["body"] for message in page["messages"]] == ["the answer", "to that"]
    assert [message["body"] for message in page["quoted"]] == ["the question"]

    done(ben.operate(room, "delete", target=first))
    [quoted] = done(ben.get(f"rooms/{room}/messages", limit=2))["quoted"]
    assert (quoted["deleted"], quoted["body"]) == (True, None)
    assert done(ben.get(f"rooms/{room}/messages", before=5))["quoted"] == []
