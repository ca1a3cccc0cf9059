"""What an endpoint is: an entry of the table that addresses, reading, checks and the OpenAPI document are made from."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Any, Generic, TypeVar

import msgspec
from django.http import HttpRequest
from django.http.request import QueryDict

from hubbub.api.shapes import Document, Nothing
from hubbub.lib.ids import MAX_ROW
from hubbub.lib.refusals import BadField, Unauthenticated
from hubbub.people.access import Actor, Caller, TokenCredential, confirm_one
from hubbub.rooms.models import Room

S = TypeVar("S")

SAFE = ("GET", "HEAD", "OPTIONS")


class Who(Enum):
    """Whom an endpoint answers."""

    ANYBODY = "whoever is signed in plays no part"
    VISITORS = "people who are signed in, and visitors where the room is open to them"
    SIGNED_IN = "people who are signed in"


@dataclass(frozen=True, slots=True)
class Sent(Generic[S]):
    """What a request carries: the type as documented, and how it is read from decoded JSON."""

    shape: Any
    read: Callable[[Mapping[str, Any]], S]


def shape(struct: type[S]) -> Sent[S]:
    """Carries this struct, read strictly; fields that nobody knows are ignored."""

    def read(fields: Mapping[str, Any]) -> S:
        try:
            return msgspec.convert(fields, struct)
        except msgspec.ValidationError as error:
            raise BadField(f"{error}.") from None

    return Sent(struct, read)


@dataclass(frozen=True)
class Visit(Generic[S]):
    """One request as a handler sees it: who calls, where, and what they sent."""

    request: HttpRequest
    path: Mapping[str, str]
    sent: S
    visitor_or_caller: Caller | None

    @property
    def room_id(self) -> int | None:
        return Room.pk_of(self.path["room"])

    @property
    def caller(self) -> Caller:
        if self.visitor_or_caller is None:
            raise Unauthenticated("Sign in first.")
        return self.visitor_or_caller

    @property
    def by_token(self) -> bool:
        return isinstance(self.caller.credential, TokenCredential)

    @cached_property
    def actor(self) -> Actor:
        """Whoever calls, confirmed now; raises Unauthenticated or Forbidden."""
        return confirm_one(self.caller)

    @property
    def visitor_or_actor(self) -> Actor | None:
        return self.actor if self.visitor_or_caller is not None else None


@dataclass(frozen=True, slots=True)
class Reply:
    content: msgspec.Struct | Document
    status: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint(Generic[S]):
    """`path` is below the API's root, with `{parameters}`; `refusals` are the codes beyond those that follow
    from the other fields. A GET reads `sent` from its query, the others from their body.
    """

    method: str
    path: str
    handler: Callable[[Visit[S]], Reply]
    sent: Sent[S]
    answer: Any
    statuses: tuple[int, ...] = (200,)
    who: Who = Who.SIGNED_IN
    rated: bool = False
    opens_session: bool = False
    personal: bool = True
    refusals: tuple[str, ...] = ()

    @property
    def is_safe(self) -> bool:
        return self.method in SAFE

    @property
    def has_body(self) -> bool:
        return not self.is_safe and self.sent.shape is not Nothing


NOTHING = shape(Nothing)


def numbers(query: QueryDict, known: Collection[str]) -> dict[str, int]:
    """The known numbers of a query; raises BadField for anything that is not written in the digits 0 to 9."""
    return {name: _number(name, query.getlist(name)) for name in known if name in query}


def _number(name: str, told: list[str]) -> int:
    digits = told[0] if len(told) == 1 else ""
    if not (digits.isascii() and digits.isdecimal()):
        raise BadField(f"`{name}` is one number in decimal digits.")
    significant = digits.lstrip("0")
    return min(int(significant or "0"), MAX_ROW) if len(significant) < 20 else MAX_ROW
