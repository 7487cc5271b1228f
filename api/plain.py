"""An answer as plain text, for readers that have no place for citations: sentences, markers, a short list of sources.

Chat front ends show such text as Markdown, and it quotes articles that anybody may have written. So nothing in it can
become an image, a link under another name, a tag, or a marker that is not ours.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from api.schemas.asking import AnswerOut, CitationOut, PassageOut, SentenceOut

SOURCES = "\n\nSources:\n"
DISAGREE = "\n\nThe sources disagree."

_ROUND = str.maketrans("[]`", "()'")
_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_ADDRESS = re.compile(r"https?://[^\s<>\[\]()`\"'\\^{}|]+", re.IGNORECASE)


def content(reply: AnswerOut) -> str:
    """The whole text: the answer and its sources, or the reason why there is none."""
    return " ".join(map(sentence, reply.sentences)) + ending(reply)


def sentence(said: SentenceOut) -> str:
    """A sentence with its markers."""
    return f"{tame(said.text)} {_markers(said.citations)}"


def ending(reply: AnswerOut) -> str:
    """What comes after the sentences; all there is of a refusal."""
    if not reply.sentences:
        return reply.reason or ""
    return (DISAGREE if reply.status == "conflicting" else "") + SOURCES + sources(reply.citations)


def sources(citations: Sequence[CitationOut]) -> str:
    """One line a document, in the order of its first marker: title, outlet, date and address, as far as known."""
    markers: dict[str, list[int]] = {}
    for citation in citations:
        markers.setdefault(citation.document_id, []).append(citation.marker)
    first = {citation.document_id: citation for citation in reversed(citations)}
    return "\n".join(f"- {_markers(found)} {origin(first[document])}" for document, found in markers.items())


def passages(found: Sequence[PassageOut]) -> str:
    """Passages in rank order, each under where it is from."""
    return "\n\n".join(
        f"[{each.rank}] {origin(each)} ({tame(each.document_id)}, version {each.version}, "
        f"characters {each.start} to {each.end})\n{each.text}"
        for each in found
    )


def spoken(text: str) -> str:
    """What an answer said, without the list of sources put after it."""
    return text.partition(SOURCES)[0].removesuffix(DISAGREE)


def tame(text: str) -> str:
    """Text of an article on one line, with nothing left in it that Markdown makes a link, an image or a tag of."""
    printable = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(_TAG.sub("‹", printable.translate(_ROUND)).split())


def _markers(numbers: Sequence[int]) -> str:
    return "".join(f"[{number}]" for number in numbers)


def origin(of: CitationOut | PassageOut) -> str:
    """Title, outlet, date and address, as far as known; else the id."""
    day = f"{of.published_at:%Y-%m-%d}" if of.published_at else ""
    address = of.url if _ADDRESS.fullmatch(of.url) else ""
    known = ", ".join(part for part in (tame(of.title), tame(of.source), day, address) if part)
    return known or tame(of.document_id)
