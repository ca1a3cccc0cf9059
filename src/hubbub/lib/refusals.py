"""The closed list of refusals that a caller can be answered with; knows no transport but the HTTP status of each."""

from typing import ClassVar


class Refused(Exception):
    """Something asked for was not done, for a reason that the asker may read.

    `detail` is one English sentence without secrets, SQL or paths. `retry_after_ms` is set where the same
    request may be repeated later.
    """

    code: ClassVar[str]
    status: ClassVar[int]

    def __init__(self, detail: str, *, retry_after_ms: int | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.retry_after_ms = retry_after_ms


class BadJson(Refused):
    code, status = "bad_json", 400


class BadFrame(Refused):
    code, status = "bad_frame", 400


class BadField(Refused):
    code, status = "bad_field", 400


class BadText(Refused):
    code, status = "bad_text", 400


class BadName(Refused):
    code, status = "bad_name", 400


class UnknownOp(Refused):
    code, status = "unknown_op", 400


class Unauthenticated(Refused):
    code, status = "unauthenticated", 401


class Forbidden(Refused):
    code, status = "forbidden", 403


class NotFound(Refused):
    code, status = "not_found", 404


class Conflict(Refused):
    code, status = "conflict", 409


class Gone(Refused):
    code, status = "gone", 410


class TooLarge(Refused):
    code, status = "too_large", 413


class TooMany(Refused):
    code, status = "too_many", 422


class Reserved(Refused):
    code, status = "reserved", 422


class RateLimited(Refused):
    code, status = "rate_limited", 429


class Busy(Refused):
    code, status = "busy", 503


class Unavailable(Refused):
    code, status = "unavailable", 503


class Quota(Refused):
    code, status = "quota", 507


ALL_REFUSALS: tuple[type[Refused], ...] = (
    *(BadJson, BadFrame, BadField, BadText, BadName, UnknownOp, Unauthenticated, Forbidden, NotFound),
    *(Conflict, Gone, TooLarge, TooMany, Reserved, RateLimited, Busy, Unavailable, Quota),
)
