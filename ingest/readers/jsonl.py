"""JSON Lines: a document a line, with the fields that `POST /v1/documents` takes."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterable, Iterator

from ingest.readers.fields import document
from rag.errors import Rejected
from rag.types import Failure, NewDocument


def read(lines: Iterable[bytes], name: str) -> Iterator[NewDocument | Failure]:
    """Its documents in order. A line that is none is a failure named after the file and the line, from 1."""
    for number, line in enumerate(lines, 1):
        line = line.removeprefix(codecs.BOM_UTF8) if number == 1 else line
        if not line.strip():
            continue
        try:
            yield _document(line)
        except Rejected as error:
            yield Failure(f"{name}:{number}", error.code, f"line {number}: {error}")


def _document(line: bytes) -> NewDocument:
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
