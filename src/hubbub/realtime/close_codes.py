"""Why a socket was closed, as the contract numbers it."""

from enum import IntEnum


class CloseCode(IntEnum):
    """The client's next step is in each comment."""

    BINARY = 1003  # send text
    RESTART = 1012  # reconnect and resume
    PROTOCOL = 4400  # mend the client
    SESSION_ENDED = 4401  # sign in
    FORBIDDEN = 4403  # stop
    NO_SUCH_ROOM = 4404  # stop (room socket)
    VERSION = 4406  # reload the client
    NO_HELLO = 4408  # say hello
    RATE = 4429  # resume later
    TOO_SLOW = 4490  # resume
