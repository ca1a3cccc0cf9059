"""`hubbub check`: silent for a healthy store, and it names whatever was tampered with."""

import io
import threading
from collections.abc import Callable

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hubbub.events import log
from hubbub.events.models import Event, Receipt, Stream
from hubbub.messages.actions import operate
from hubbub.messages.models import Mention, Message, Reaction
from hubbub.messages.operations import Delete, Edit, React
from hubbub.ops import consistency
from hubbub.ops.findings import Finding
from hubbub.people.models import Person
from hubbub.rooms.models import Membership, Room
from tests.ops.story import say, tell_story

pytestmark = pytest.mark.django_db


def found() -> list[Finding]:
    return list(consistency.findings())


def checked(*arguments: str) -> tuple[int, str]:
    out = io.StringIO()
    try:
        call_command("check", *arguments, stdout=out, stderr=out)
    except SystemExit as end:
        return int(str(end.code)), out.getvalue()
    return 0, out.getvalue()


def test_a_store_in_which_everything_happened_is_consistent() -> None:
    tell_story()
    assert {*Event.objects.values_list("kind", flat=True)} == {
        *("message", "edit", "delete", "react", "unreact", "join", "leave", "room")
    }

    assert found() == []
    assert checked() == (0, "System check identified no issues (0 silenced).\nThe store is consistent.\n")


def test_an_empty_store_is_consistent() -> None:
    assert found() == []


def text_changed() -> None:
    Message.objects.filter(body="hi").update(body="ho")


def html_changed() -> None:
    Message.objects.filter(body="hi").update(html="<p>ho</p>")


def author_changed() -> None:
    ben = Person.objects.get(username="ben")
    Message.objects.filter(body="hi").update(author=ben)


def edited_text_changed() -> None:
    Message.objects.exclude(edit_seqs=[]).filter(deleted_at=None).update(body="other")


def edit_forgotten() -> None:
    Message.objects.exclude(edit_seqs=[]).filter(deleted_at=None).update(edit_seqs=[])


def edit_invented() -> None:
    Message.objects.filter(body="hi").update(edit_seqs=[99])


def deleted_came_back() -> None:
    Message.objects.exclude(deleted_at=None).update(deleted_at=None, body="boo")


def deleted_left_words() -> None:
    row = Message.objects.exclude(deleted_at=None).get()
    event = Event.objects.get(stream=row.room_id, seq=row.seq)
    Event.objects.filter(stream=row.room_id, seq=row.seq).update(data=event.data.replace("null", '"boo"', 1))


def deleted_without_event() -> None:
    Message.objects.filter(body="hi").update(deleted_at="2026-01-01T00:00:00Z", body="", html="")


def reply_lost() -> None:
    Message.objects.filter(body="hi").update(reply_to=None)


def message_lost() -> None:
    Message.objects.filter(body="hi").delete()


def message_invented() -> None:
    row = Message.objects.filter(body="hi").get()
    row.pk, row.seq = None, 10_000
    row.save(force_insert=True)


def ordinal_changed() -> None:
    Message.objects.filter(body="hi").update(ordinal=7)


def event_lost() -> None:
    Event.objects.filter(kind="unreact").delete()


def last_event_lost() -> None:
    stream = Stream.objects.order_by("pk").first()
    assert stream is not None
    Event.objects.filter(stream=stream, seq=stream.head).delete()


def head_raised() -> None:
    Stream.objects.update(head=1_000)


def reaction_lost() -> None:
    Reaction.objects.all().delete()


def reaction_invented() -> None:
    row = Reaction.objects.get()
    Reaction.objects.create(message=row.message, person=row.person, emoji="🔥", at=row.at)


def member_lost() -> None:
    Membership.objects.filter(person__username="ben", room__kind="public").delete()


def role_changed() -> None:
    Membership.objects.filter(person__username="ben", room__kind="public").update(role="manager")


def topic_changed() -> None:
    Room.objects.filter(kind="public").update(topic="All about coffee")


def archived_without_event() -> None:
    Room.objects.filter(kind="public").update(archived_at="2026-01-01T00:00:00Z")


def name_key_changed() -> None:
    Room.objects.filter(kind="public").update(name_key="кофе")


def direct_key_changed() -> None:
    Room.objects.filter(kind="direct").update(direct_key="1,2,3,4")


def mention_lost() -> None:
    Mention.objects.all().delete()


def mention_invented() -> None:
    row, ben = Message.objects.get(body="hi"), Person.objects.get(username="ben")
    Mention.objects.create(message=row, person=ben, room_id=row.room_id, seq=row.seq)


def mention_moved() -> None:
    Mention.objects.update(seq=7_777)


def receipt_lost() -> None:
    Receipt.objects.filter(client_id="e1").delete()


def receipt_beyond() -> None:
    Receipt.objects.filter(client_id="e1").update(seq=5_000)


def receipt_of_nothing() -> None:
    Receipt.objects.filter(client_id="e1").update(subject=5_000)


def read_beyond() -> None:
    Membership.objects.update(read_seq=5_000)


def data_garbled() -> None:
    Event.objects.filter(kind="react").update(data="{")


def kind_unknown() -> None:
    Event.objects.filter(kind="react").update(kind="wave")


TAMPERING = [
    *(text_changed, html_changed, author_changed, edited_text_changed, edit_forgotten, edit_invented),
    *(
        deleted_came_back,
        deleted_left_words,
        deleted_without_event,
        reply_lost,
        message_lost,
        message_invented,
        ordinal_changed,
    ),
    *(event_lost, last_event_lost, head_raised, reaction_lost, reaction_invented, member_lost, role_changed),
    *(topic_changed, archived_without_event, name_key_changed, direct_key_changed, mention_lost),
    *(mention_invented, mention_moved, receipt_lost, receipt_beyond, receipt_of_nothing, read_beyond),
    *(data_garbled, kind_unknown),
]


@pytest.mark.parametrize("tamper", TAMPERING, ids=lambda tamper: str(tamper.__name__))
def test_whatever_was_tampered_with_is_found(tamper: Callable[[], None]) -> None:
    tell_story()
    assert found() == []

    tamper()

    assert found() != []
    code, said = checked()
    assert code == 1
    assert "consistent" not in said


def test_the_first_bad_position_is_named() -> None:
    _, _, room = tell_story()
    row = Message.objects.get(body="hi")

    text_changed()

    assert [(finding.stream_id, finding.seq) for finding in found()] == [(room, row.seq)]
    assert f"r{room} at {row.seq}:" in checked()[1]


def test_a_purged_log_is_judged_by_what_is_left() -> None:
    _, _, room = tell_story()
    log.trim(room, 6)
    assert Stream.objects.get(pk=room).floor == 6

    assert found() == []

    Message.objects.filter(body="back again").update(ordinal=1)
    assert found() != []
    Message.objects.filter(body="back again").update(ordinal=4, body="never left")
    assert found() != []


def test_a_long_log_takes_no_more_queries_for_each_event() -> None:
    ada, _, room = tell_story()
    with CaptureQueriesContext(connection) as before:
        assert found() == []
    for number in range(60):
        say(ada, room, f"message {number}")

    with CaptureQueriesContext(connection) as after:
        assert found() == []

    assert len(after) == len(before)


@pytest.mark.parametrize(
    "narrowed", [["--tag", "models"], ["hubbub_rooms"], ["--list-tags"], ["--settings-only"]]
)
def test_what_django_asks_of_its_own_check_leaves_the_store_alone(narrowed: list[str]) -> None:
    tell_story()
    text_changed()
    assert checked()[0] == 1

    assert checked(*narrowed)[0] == 0


def test_the_deployment_check_of_django_is_still_there() -> None:
    assert "security.W" in checked("--deploy")[1] or checked("--deploy")[0] == 0


@pytest.mark.django_db(transaction=True)
def test_nothing_is_found_while_others_write() -> None:
    ada, ben, room = tell_story()
    stop = threading.Event()
    rounds = [0, 0, 0]

    def write(number: int) -> None:
        author = (ada, ben)[number % 2]
        while not stop.is_set():
            said = say(author, room, "look @ada, look @ben")
            operate(author, room, React("", said, "👍"))
            operate(author, room, Edit("", said, "never mind"))
            operate(author, room, Delete("", said))
            rounds[number] += 1
        connection.close()

    writers = [threading.Thread(target=write, args=(number,)) for number in range(len(rounds))]
    for writer in writers:
        writer.start()
    try:
        during = []
        while min(rounds) < 8:
            during += found()
    finally:
        stop.set()
        for writer in writers:
            writer.join()

    assert during == []
    assert found() == []
