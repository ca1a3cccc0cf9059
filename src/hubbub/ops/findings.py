"""One thing that is wrong with the store. Knows neither how it is found nor who is told."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """`seq` is the first position of the stream at which something is wrong, where there is one."""

    what: str
    stream_id: int | None = None
    seq: int | None = None

    def __str__(self) -> str:
        place = f"r{self.stream_id}" if self.stream_id is not None else ""
        place += f" at {self.seq}" if self.seq is not None else ""
        return f"{place}: {self.what}" if place else self.what
