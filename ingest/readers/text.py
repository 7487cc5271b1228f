"""Plain text. Bytes become characters without loss, or not at all."""

from __future__ import annotations

import codecs
import unicodedata

from rag.errors import Rejected
from rag.types import NewDocument

_WIDE = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_TYPOGRAPHY = frozenset("“”‘’„‚–—…•·«»€£¥¢§©®™°±×÷½¼¾²³¹ºª¿¡´\xa0\xad")


def read(data: bytes, document_id: str) -> NewDocument:
    """The whole file as one document; nothing is known about it but its name. Raises `Rejected`."""
    return NewDocument(text=decoded(data), id=document_id)


def decoded(data: bytes) -> str:
    """UTF-8 with or without a mark, UTF-16 with one, else Windows-1252 if that makes words.

    Raises `Rejected`: `unsupported_format` for what is no text at all, `bad_encoding` for text in an
    encoding that cannot be told.
    """
    for mark, encoding in _WIDE:
        if data.startswith(mark):
            return _strictly(data, encoding)
    if b"\0" in data:
        raise Rejected("unsupported_format", "this is not a text file")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        text = _strictly(data, "cp1252")
    if not _western(text):
        raise Rejected("bad_encoding", "the encoding of this file cannot be told; save it as UTF-8")
    return text


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise Rejected(
            "bad_encoding", "this file is not in the encoding it seems to be in; save it as UTF-8"
        ) from error


def _western(text: str) -> bool:
    """Whether what lies beyond ASCII looks like Western words: few letters of many, capitals only where they may be."""
    letters = [place for place, character in enumerate(text) if character.isalpha()]
    beyond = [place for place in letters if text[place] > "\x7f"]
    if len(beyond) > 3 and len(beyond) * 3 > len(letters):
        return False
    if any(unicodedata.category(text[place]) == "Lu" and text[place - 1 : place].islower() for place in beyond):
        return False
    return all(character in _TYPOGRAPHY for character in text if character > "\x7f" and not character.isalpha())
