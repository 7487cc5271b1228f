"""Server-sent events as they are read, from bytes that arrive in pieces. Pure."""

from __future__ import annotations

from collections.abc import Iterator


class Events:
    """Collects lines into events. Comments and fields that are not needed are passed over.

    A line ends with a line feed and nothing else, for a quote may hold any of the other characters that end a line
    elsewhere.
    """

    def __init__(self) -> None:
        self._rest = b""
        self._name = "message"
        self._data: list[str] = []

    def feed(self, piece: bytes) -> Iterator[tuple[str, str]]:
        """The events that are complete with this piece, as name and data."""
        *lines, self._rest = (self._rest + piece).split(b"\n")
        for line in lines:
            field, _, value = line.decode("utf-8").removesuffix("\r").partition(":")
            if field == "event":
                self._name = value.strip()
            elif field == "data":
                self._data.append(value.removeprefix(" "))
            elif not field and not value and self._data:
                yield self._name, "\n".join(self._data)
                self._name, self._data = "message", []
