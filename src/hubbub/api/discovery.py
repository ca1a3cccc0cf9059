"""What a client may ask before it knows anything: the contract's version and the limits in force."""

from hubbub.api.endpoint import Reply, Visit
from hubbub.api.shapes import Contract, Nothing
from hubbub.limits import published

VERSION = 1


def show_contract(visit: Visit[Nothing]) -> Reply:
    """The version of the contract and every limit in force."""
    return Reply(Contract(VERSION, published()))
