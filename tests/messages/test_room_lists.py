"""The rooms of many people at once are exactly the rooms of each."""

import pytest

from hubbub.messages.queries import room_list, room_lists
from tests import cast

pytestmark = pytest.mark.django_db


def test_each_of_many_is_told_what_they_would_be_told_alone() -> None:
    everybody = [cast.actor(name) for name in ("ada", "ben", "cleo", "dot")]
    general = cast.room("ada", "General")
    hidden = cast.room("ada", "Hidden", "private")
    cast.room("ada", "Staff", "staff")
    cast.room("ada", "News", "announcement", visitors=True)
    cast.add(general, "ada", "ben")
    cast.add(hidden, "ada", "ben", "manager")
    cast.direct_room("ben", "cleo")
    for number in range(3):
        cast.say(general, "ada", f"@ben number {number}")
    cast.say(hidden, "ben", "mine")

    together = room_lists(everybody)

    assert together == {actor.person_id: room_list(actor) for actor in everybody}
    assert [room.name for room in together[cast.actor("ben").person_id]] == ["General", "Hidden", "News", ""]
    assert next(room.unread for room in together[cast.actor("ben").person_id] if room.name == "General") == 3


def test_nobody_is_told_nothing() -> None:
    assert room_lists([]) == {}
