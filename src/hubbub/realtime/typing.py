"""Typing is told seldom enough to be cheap and often enough to be true. Pure; time is passed in."""

AGAIN_SECONDS = 2.0
_REMEMBERED = 10_000


class TypingThrottle:
    """Whether a person's typing in a room is told on: at most once in two seconds."""

    def __init__(self) -> None:
        self._told: dict[tuple[int, int], float] = {}

    def tell(self, person_id: int, room_id: int, now: float) -> bool:
        last = self._told.get((person_id, room_id))
        if last is not None and now - last < AGAIN_SECONDS:
            return False
        if len(self._told) >= _REMEMBERED:
            self._told = {key: told for key, told in self._told.items() if now - told < AGAIN_SECONDS}
        self._told[person_id, room_id] = now
        return True
