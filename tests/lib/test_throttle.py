"""The token buckets, with the time passed in."""

from hypothesis import given
from hypothesis import strategies as st

from hubbub.lib.throttle import NEVER_MS, Bucket, Throttle


def test_a_burst_passes_and_the_next_is_told_how_long_to_wait() -> None:
    throttle = Throttle(per_second=20, burst=3)

    answers = [throttle.take("ada", now=100.0) for _ in range(4)]

    assert answers == [0, 0, 0, 50]


def test_whoever_waits_as_told_passes_and_not_a_moment_earlier() -> None:
    throttle = Throttle(per_second=4, burst=1)
    throttle.take("ada", now=0.0)

    assert throttle.take("ada", now=0.2) == 50
    assert throttle.take("ada", now=0.25) == 0


def test_one_key_does_not_use_up_another() -> None:
    throttle = Throttle(per_second=1, burst=1)
    throttle.take("ada", now=0.0)
    assert throttle.take("ada", now=0.0) > 0

    assert throttle.take("ben", now=0.0) == 0


def test_a_clock_that_steps_back_gives_and_takes_nothing() -> None:
    throttle = Throttle(per_second=1, burst=2)
    throttle.take("ada", now=100.0)
    throttle.take("ada", now=100.0)

    assert throttle.take("ada", now=50.0) == 1000
    assert throttle.take("ada", now=100.5) == 500


def test_a_bucket_that_never_refills_says_a_day() -> None:
    bucket = Bucket(per_second=0, burst=1, tokens=0, at=0.0)

    assert bucket.take(10.0) == NEVER_MS


def test_full_buckets_are_forgotten_as_new_keys_come() -> None:
    throttle = Throttle(per_second=1, burst=1)
    for number in range(500):
        throttle.take(number, now=0.0)
    assert len(throttle) == 500

    for number in range(1000, 1600):
        throttle.take(number, now=60.0)

    assert len(throttle) <= 600


def test_memory_is_bounded_even_when_every_bucket_is_in_use() -> None:
    throttle = Throttle(per_second=0.001, burst=1, max_keys=50)

    for number in range(1000):
        throttle.take(number, now=0.0)

    assert len(throttle) == 50
    assert throttle.take(999, now=0.0) > 0


def test_a_forgotten_key_starts_anew() -> None:
    throttle = Throttle(per_second=1, burst=1)
    throttle.take("ada", now=0.0)
    assert throttle.take("ada", now=0.0) > 0

    throttle.forget("ada")

    assert throttle.take("ada", now=0.0) == 0


@given(st.lists(st.floats(min_value=0, max_value=2), max_size=200), st.integers(1, 10), st.floats(0.5, 50))
def test_no_timing_passes_more_than_the_burst_and_the_rate(
    pauses: list[float], burst: int, per_second: float
) -> None:
    throttle = Throttle(per_second, burst)
    now = passed = 0.0

    for pause in pauses:
        now += pause
        passed += throttle.take("ada", now) == 0

    assert passed <= burst + now * per_second + 1e-6
