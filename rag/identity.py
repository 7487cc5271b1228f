"""Which document an arriving text is: by its id, else its URL, else its content. And which one a reference means."""

from __future__ import annotations

import hashlib
import re
from urllib.parse import urlsplit, urlunsplit

from rag.errors import Rejected
from rag.types import Document, NewDocument

_WORD = re.compile(r"[^\W_]+")
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


def target_key(reference: str, source: str) -> str:
    """What a reference in a document of this outlet is looked for by: `keys_of` the document meant has it.

    It is an id, a URL, or a headline of the same outlet in double quotes; then the key is empty where the outlet is
    unknown, and nobody's.
    """
    if len(reference) > 1 and reference[0] == reference[-1] == '"':
        return headline_key(source, reference)
    return f"url {canonical(reference)}" if "://" in reference else f"id {reference}"


def keys_of(document: Document) -> set[str]:
    """What a document may be referred to by."""
    keys = {f"id {document.id}", headline_key(document.source, document.title)}
    keys |= {f"url {canonical(url)}" for url in (document.url, document.id) if "://" in url}
    return keys - {""}


def headline_key(source: str, title: str) -> str:
    """The same however a headline of an outlet is set; empty where either is unknown."""
    words = " ".join(_WORD.findall(title.casefold()))
    return f"headline {source.casefold()}\n{words}" if source and words else ""


def host_of(url: str) -> str:
    """The host of a URL without `www.`; empty for none."""
    try:
        return (urlsplit(url.strip()).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:32]
