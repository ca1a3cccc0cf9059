"""Garbage of a serving process: what starting made is left alone, what serving makes is not kept."""

import subprocess
import sys

MADE_AND_LOST = """
import gc, weakref
from hubbub.ops import garbage

class Ring:
    def __init__(self):
        self.me = self

garbage.settle()
assert gc.get_freeze_count() > 1_000
lost = [weakref.ref(Ring()) for _ in range(3 * garbage.YOUNG)]
print(sum(ring() is not None for ring in lost) <= garbage.YOUNG)
"""


def test_after_starting_what_refers_to_itself_still_does_not_pile_up() -> None:
    told = subprocess.run([sys.executable, "-c", MADE_AND_LOST], capture_output=True, text=True, check=True)

    assert told.stdout == "True\n"
