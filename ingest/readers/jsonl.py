"""JSON Lines: a document a line, with the fields that `POST /v1/documents` takes."""

from __future__ import annotations

import codecs
import io
import json
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from ingest.readers.fields import document
from rag.errors import Rejected
from rag.types import Failure, NewDocument

LONGEST_LINE = 64 * 2**20
"""Bytes. A longer line is one failure, and never in memory as a whole."""


def lines_of(source: bytes | BinaryIO) -> Iterator[bytes]:
    """The lines; of one that is longer than `LONGEST_LINE` only its beginning, one byte longer than that."""
    file = io.BytesIO(source) if isinstance(source, bytes) else source
    while line := file.readline(LONGEST_LINE + 1):
        rest = line
        while len(rest) > LONGEST_LINE and not rest.endswith(b"\n"):
            rest = file.readline(LONGEST_LINE + 1)
        yield line


def read(lines: Iterable[bytes], name: str) -> Iterator[NewDocument | Failure]:
    """Its documents in order. A line that is none is a failure named after the file and the line, from 1."""
    for number, line in enumerate(lines, 1):
        found = read_line(line, number, name, LONGEST_LINE)
        if found is not None:
            yield found


def read_line(line: bytes, number: int, name: str, longest: int) -> NewDocument | Failure | None:
    """The document in a line, None in a blank one; as in `read`."""
    line = line.removeprefix(codecs.BOM_UTF8) if number == 1 else line
    if not line.strip():
        return None
    try:
        return _document(line, longest)
    except Rejected as error:
        return Failure(f"{name}:{number}", error.code, f"line {number}: {error}", number)


def _document(line: bytes, longest: int) -> NewDocument:
    if len(line) > longest:
        raise Rejected("too_large", f"it has more than {longest:,} bytes")
    try:
        fields = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise Rejected("bad_encoding", "it is not UTF-8") from error
    except (ValueError, RecursionError) as error:
        raise Rejected("invalid_record", f"it is not JSON: {error}") from error
    if not isinstance(fields, dict):
        raise Rejected("invalid_record", "it is not an object")
    text = fields.get("text")
    if not isinstance(text, str):
        raise Rejected("invalid_record", "text is missing" if text is None else "text is not a string")
    return document(fields, text)
