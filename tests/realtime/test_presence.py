"""Who is online, by the word of this process and of the others."""

from hubbub.realtime.presence import Presence

ADA = (1, "ada")
BEN = (1, "ben")


def test_two_connections_are_one_person_who_leaves_with_the_second() -> None:
    presence = Presence()

    assert presence.connect(ADA) is True
    assert presence.connect(ADA) is False
    assert presence.disconnect(ADA) is False
    assert presence.online(1) == {"ada"}
    assert presence.disconnect(ADA) is True
    assert presence.online(1) == frozenset()


def test_a_person_connected_to_two_processes_stays_while_one_of_them_holds_them() -> None:
    presence = Presence()
    presence.connect(ADA)

    assert presence.told("other", [ADA, BEN], until=10) == ({BEN}, set())
    assert presence.disconnect(ADA) is False
    assert presence.online(1) == {"ada", "ben"}
    assert presence.told("other", [], until=20) == (set(), {ADA, BEN})


def test_what_is_not_told_again_lapses() -> None:
    presence = Presence()
    presence.told("killed", [ADA], until=10)
    presence.told("alive", [BEN], until=20)

    assert presence.lapse(9.9) == set()
    assert presence.lapse(10) == {ADA}
    assert presence.online(1) == {"ben"}


def test_a_change_told_by_an_unknown_process_waits_until_it_tells_all() -> None:
    presence = Presence()

    assert presence.told_change("new", [ADA], []) == (set(), set())
    assert presence.told("new", [ADA], until=10) == ({ADA}, set())
    assert presence.told_change("new", [BEN], [ADA]) == ({BEN}, {ADA})


def test_a_disconnect_without_a_connection_changes_nothing() -> None:
    presence = Presence()

    assert presence.disconnect(ADA) is False
    assert presence.online(1) == frozenset()
