"""What the adapters share: a place in a file for every error, and the sentence around an answer."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from evals.files import text_of
from ingest.split import sentences
from rag.errors import InvalidInput

Keys = Sequence[str | int]
_SPACE = re.compile(r"\s*")
_DECODER = json.JSONDecoder()


def load(path: Path) -> Any:
    """The JSON of a file. Raises `InvalidInput` naming it, and the line where it is no JSON."""
    try:
        return json.loads(text_of(path))
    except json.JSONDecodeError as error:
        raise InvalidInput(f"{path} cannot be read as JSON: {error}", "set") from error


@contextmanager
def broken(where: object) -> Iterator[None]:
    """Whatever is missing or of another shape than its layout says is `InvalidInput` naming the place."""
    try:
        yield
    except InvalidInput:
        raise
    except KeyError as error:
        raise InvalidInput(f"{where}: {error.args[0]} is missing", "set") from error
    except (TypeError, AttributeError, ValueError) as error:
        raise InvalidInput(f"{where}: not as its layout says: {error}", "set") from error


@contextmanager
def broken_at(path: Path, keys: Keys, what: str) -> Iterator[None]:
    """As `broken`, within a file that is one JSON value: the line is looked up where something is wrong."""
    try:
        with broken(what):
            yield
    except InvalidInput as error:
        raise InvalidInput(f"{path}, line {line_of(text_of(path), keys)}, {error}", "set") from error


def line_of(text: str, keys: Keys) -> int:
    """The line, from 1, on which the value begins that these keys and indices lead to, as far as they lead.

    >>> line_of('{"a": 1,\\n "b": [2,\\n 3]}', ("b", 1)), line_of("[1,\\n{}]", (1, "gone"))
    (3, 2)
    """
    at = _after(text, 0)
    for key in keys:
        found = _inside(text, at, key)
        if found is None:
            break
        at = found
    return text.count("\n", 0, at) + 1


def told(value: Any, name: str) -> str:
    """A text that has to be there and to say something, stripped. Raises `ValueError`."""
    if not isinstance(value, str):
        raise TypeError(f"{name} is {type(value).__name__} and not a text")
    if not value.strip():
        raise ValueError(f"{name} is blank")
    return value.strip()


def said(answers: Iterable[Any]) -> tuple[str, ...]:
    """The answers that say something, each once."""
    return tuple(dict.fromkeys(text for answer in answers if (text := str(answer).strip())))


class Once:
    """Ids that may be used once each."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._seen: set[str] = set()

    def __call__(self, key: str) -> str:
        """The id. Raises `ValueError` where it was used before."""
        if key in self._seen:
            raise ValueError(f"the {self._what} {key} is there twice")
        self._seen.add(key)
        return key


def sentence_at(text: str, offset: int) -> str:
    """The sentence of the text that stands at an offset, "" where none does."""
    return next((text[s.start : s.end] for s in sentences(text) if s.start <= offset < s.end), "")


def _inside(text: str, at: int, key: str | int) -> int | None:
    """Where the value of that key or index begins, in the object or array that begins at `at`; None without one."""
    if text[at] not in "[{":
        return None
    named, place = text[at] == "{", 0
    at = _after(text, at + 1)
    while text[at] not in "]}":
        name: str | int = place
        if named:
            name, at = _DECODER.raw_decode(text, at)
            at = _after(text, _after(text, at) + 1)
        if name == key:
            return at
        _, at = _DECODER.raw_decode(text, at)
        at = _after(text, at)
        if text[at] == ",":
            at = _after(text, at + 1)
        place += 1
    return None


def _after(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at
