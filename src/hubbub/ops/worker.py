"""The start of one of several serving processes: `python -m hubbub.ops.worker LISTENER READY`, run by `workers.py`."""

import os
import socket
import sys


def main() -> None:
    """Serve on the socket that we were given, and say by a byte when we do; our standard input ends with the parent."""
    import django

    django.setup()
    from hubbub.ops.server import serve

    listener, ready = int(sys.argv[1]), int(sys.argv[2])

    def tell() -> None:
        os.write(ready, b".")
        os.close(ready)

    serve(socket.socket(fileno=listener), on_ready=tell, parent=sys.stdin.fileno())


if __name__ == "__main__":
    main()
