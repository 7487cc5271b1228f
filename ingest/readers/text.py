"""Plain text. Bytes become characters without loss, or not at all."""

from __future__ import annotations

import codecs
import re
import unicodedata

from rag.errors import Rejected
from rag.types import NewDocument

_WIDE = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_TYPOGRAPHY = frozenset("“”‘’„‚–—…•·«»€£¥¢§©®™°±×÷½¼¾²³¹ºª¿¡´\xa0\xad")
# What these names mean on the Web: the larger set that contains the one named.
_LARGER = {"iso8859-1": "cp1252", "ascii": "cp1252", "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932"}
_LARGER |= {"euc_kr": "cp949", "iso8859-9": "cp1254"}
# Fewer characters beyond ASCII than this say too little about the language they are in.
_ENOUGH_TO_TELL = 24
_SAMPLE = 100_000
_BEYOND = re.compile(r"[^\x00-\x7f]")


def read(data: bytes, document_id: str, charset: str = "") -> NewDocument:
    """The whole file as one document; nothing is known about it but its name. Raises `Rejected`."""
    return NewDocument(text=decoded(data, charset), id=document_id)


def decoded(data: bytes, charset: str = "") -> str:
    """In the character set that is named, if it is; else UTF-8 with or without a mark, UTF-16 with one,
    Windows-1252 if that makes words, and at last what the statistics of the language say, if there is enough text.

    Raises `Rejected`: `unsupported_format` for what is no text at all, `bad_encoding` for text in an
    encoding that cannot be told.
    """
    for mark, encoding in _WIDE:
        if data.startswith(mark):
            return _strictly(data, encoding)
    named = codec(charset)
    if named:
        try:
            return data.decode(named)
        except (UnicodeDecodeError, UnicodeError):
            pass  # it is not what it says it is
    if b"\0" in data:
        raise Rejected("unsupported_format", "this is not a text file")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        text = ""
    if text and _western(text):
        return text
    return _strictly(data, _detected(data))


def codec(charset: str) -> str:
    """The name of Python's codec for a character set as the Web names it; empty for one that is not known."""
    try:
        name = codecs.lookup(charset.strip().strip("\"'")).name if charset.strip() else ""
    except (LookupError, ValueError):
        return ""
    return _LARGER.get(name, name) if name in _LARGER or _is_text(name) else ""


def _is_text(name: str) -> bool:
    """Whether the codec turns bytes into text: Python has some that do not, or that unpack."""
    return name not in {"zlib", "bz2", "hex", "base64", "uu", "quopri", "rot13", "idna", "punycode", "undefined"} and (
        not name.endswith("escape")
    )


def _detected(data: bytes) -> str:
    """The encoding that makes the most sense of the text. Raises `Rejected`."""
    if sum(byte > 0x7F for byte in data[:_SAMPLE]) >= _ENOUGH_TO_TELL:
        from charset_normalizer import from_bytes

        best = from_bytes(data[:_SAMPLE]).best()
        if best is not None and best.coherence > 0 and codec(best.encoding):
            return best.encoding
    raise Rejected("bad_encoding", "the encoding of this file cannot be told; save it as UTF-8")


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise Rejected(
            "bad_encoding", "this file is not in the encoding it seems to be in; save it as UTF-8"
        ) from error


def _western(text: str) -> bool:
    """Whether what lies beyond ASCII looks like Western words: few letters of many, capitals only where they may be.

    That is told from a sample around the first such character, so that a large file takes no longer than a small one.
    """
    beyond_ascii = _BEYOND.search(text)
    first = beyond_ascii.start() if beyond_ascii else 0
    text = text[max(first - _SAMPLE // 2, 0) : first + _SAMPLE]
    letters = [place for place, character in enumerate(text) if character.isalpha()]
    beyond = [place for place in letters if text[place] > "\x7f"]
    if len(beyond) > 3 and len(beyond) * 3 > len(letters):
        return False
    if any(unicodedata.category(text[place]) == "Lu" and text[place - 1 : place].islower() for place in beyond):
        return False
    return all(character in _TYPOGRAPHY for character in text if character > "\x7f" and not character.isalpha())
