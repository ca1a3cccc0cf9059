"""How many files and sockets this process may have open; knows not what for."""

import resource

ENOUGH = 1 << 20


def open_as_many_files_as_allowed() -> int:
    """Raise our limit to the highest that we may choose by ourselves, and give it.

    The usual one, 1,024, is kept low for programs that use `select`; where everything is a socket it is an accident.
    """
    limit, highest = resource.getrlimit(resource.RLIMIT_NOFILE)
    if limit == resource.RLIM_INFINITY or limit >= ENOUGH:
        return ENOUGH
    wanted = ENOUGH if highest == resource.RLIM_INFINITY else min(highest, ENOUGH)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, highest))
    return wanted
