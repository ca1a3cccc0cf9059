"""The cast of tests on a real server: Ada is the owner, Ben a member, Cleo a stranger, Dot a bot."""

import json

PASSWORD = "a horse, a battery and a staple"
ADA, BEN, CLEO, DOT = "ada", "ben", "cleo", "dot"
CAST = (ADA, BEN, CLEO, DOT)


def as_lines(*usernames: str, admins: tuple[str, ...] = (ADA,)) -> str:
    """What `hubbub createuser --bulk` reads."""
    people = ({"username": name, "password": PASSWORD, "admin": name in admins} for name in usernames)
    return "".join(json.dumps(person) + "\n" for person in people)
