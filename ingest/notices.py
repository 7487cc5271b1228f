"""What a notice says it corrects or retracts, read from its words. Pure.

Only a document that calls itself a correction or a retraction in its headline is read so, and only articles that it
names by their whole headline count. Which article of its outlet has that headline is looked up when a question is
asked, so it may come later; where two have it, neither is meant.
"""

from __future__ import annotations

import re
from dataclasses import replace

from rag.types import NewDocument

_CORRECTION = re.compile(
    r"(?:corrections?|corrigend(?:um|a)|errat(?:um|a))(?:\s*[:–—]|\s-|\s+to\b|\s*$)", re.IGNORECASE
)
_RETRACTION = re.compile(r"retract(?:ion|ed)(?:\s*[:–—]|\s-|\s+of\b|\s*$)", re.IGNORECASE)
_ARTICLE = r"(?:articles?|reports?|story|stories|items?|pieces?|columns?|headlines?|interviews?|features?)"
_NAMED = re.compile(rf"\b{_ARTICLE}\b[^.!?“”\"]{{0,40}}(?:“([^”\n]{{3,300}})”|\"([^\"\n]{{3,300}})\")", re.IGNORECASE)
_READ = 4_000
"""A notice says at its beginning what it is about."""
_FEWEST_WORDS = 3
"""A headline of fewer words could be a word that is merely quoted."""


def recognised(document: NewDocument) -> NewDocument:
    """The document with the headlines that it corrects or retracts added to what its sender named, sorted.

    >>> text = 'In our report "Mill burns down in Osk" of 3 May we gave a wrong year. It was built in 1820.'
    >>> recognised(NewDocument(text, title="Correction: Osk mill", source="Osk Post")).corrects
    ('"Mill burns down in Osk"',)
    >>> recognised(NewDocument(text, title="Osk mill", source="Osk Post")).corrects
    ()
    """
    retracts, corrects = _RETRACTION.match(document.title), _CORRECTION.match(document.title)
    opening = retracts or corrects
    if opening is None or not document.source:
        return document
    rest = document.title[opening.end() :].strip(" :–—-“”\"'‘’")
    found = [one or other for one, other in _NAMED.findall(document.text[:_READ])] or [rest]
    named = {f'"{" ".join(headline.split())}"' for headline in found if len(headline.split()) >= _FEWEST_WORDS}
    if retracts:
        return replace(document, retracts=tuple(sorted({*document.retracts, *named})))
    return replace(document, corrects=tuple(sorted({*document.corrects, *named})))
