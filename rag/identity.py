"""Which document an arriving text is: by its id, else its URL, else its content."""

from __future__ import annotations

import hashlib
from urllib.parse import urlsplit, urlunsplit

from rag.errors import Rejected
from rag.types import NewDocument

_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


def identity(document: NewDocument) -> str:
    """The id given, else one derived from the canonical URL, else from the words of the text.

    Raises `Rejected("invalid_record")` for an id that cannot be stored or is longer than 512 characters.
    """
    given = document.id.strip()
    if given:
        if len(given) > 512 or not given.isprintable():
            raise Rejected("invalid_record", "an id has 1 to 512 printable characters")
        return given
    if document.url.strip():
        return "url_" + _digest(canonical(document.url))
    return "text_" + _digest(" ".join(document.text.split()))


def canonical(url: str) -> str:
    """The URL without what does not change the page: case of the host, default port, fragment, last slash."""
    try:
        parts = urlsplit(url.strip())
        host = parts.netloc.lower().removesuffix(_DEFAULT_PORTS.get(parts.scheme, ""))
    except ValueError:
        return url.strip()
    return urlunsplit((parts.scheme, host, parts.path.rstrip("/"), parts.query, ""))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:32]
