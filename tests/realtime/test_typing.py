"""How often typing is told on."""

from hubbub.realtime.typing import AGAIN_SECONDS, TypingThrottle


def test_typing_is_told_once_in_a_while_for_each_person_and_room() -> None:
    throttle = TypingThrottle()

    assert throttle.tell(1, 7, now=0.0)
    assert not throttle.tell(1, 7, now=AGAIN_SECONDS - 0.1)
    assert throttle.tell(1, 8, now=0.1)
    assert throttle.tell(2, 7, now=0.1)
    assert throttle.tell(1, 7, now=AGAIN_SECONDS)
