"""What an answer says so far: its claims, their citations, and the remarks on the articles they are from. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from rag.absolute import absolute
from rag.cite import Markers
from rag.judging import Judged
from rag.notices import remarks
from rag.types import Claim, Document, Verdict, Verified


@dataclass(slots=True)
class Telling:
    """What has been said so far in one answer; `drafted` are its sentences before their times were given dates."""

    claims: list[Claim] = field(default_factory=list)
    drafted: set[str] = field(default_factory=set)
    verdicts: list[Verdict] = field(default_factory=list)
    markers: Markers = field(default_factory=Markers)
    carrying: set[int] = field(default_factory=set)
    conflicting: bool = False

    def told(self, sentence: str) -> bool:
        return sentence in self.drafted or any(claim.text == sentence for claim in self.claims)

    def tell_versions(self, versions: Sequence[Judged], *, disagree: bool = True) -> list[Verified]:
        """Say these answers: several of them each under its outlet and day, as a conflict where they `disagree`."""
        several = len(versions) > 1
        self.conflicting = self.conflicting or (several and disagree)
        return [event for version in versions for event in self.tell(version, dated=several)]

    def tell(self, judged: Judged, *, dated: bool = False) -> list[Verified]:
        """Say a sentence, and what there is to remark on its articles; a remark carries nothing, so its quote counts
        as no source. `dated` where it is one of several versions, each under its outlet and day. Times get their dates
        only here, where nothing is checked or compared any more.
        """
        citations = self.markers.cite(judged.quotes)
        markers = tuple(citation.marker for citation in citations)
        self.drafted.add(judged.text)
        text = f"{dateline(judged.document) if dated else ''}{in_dates(judged)}"
        self.claims.append(Claim(text, markers, round(judged.verdict.support, 3)))
        self.carrying.update(markers)
        said = [Verified(self.claims[-1], citations)]
        for remark in remarks(judged.quotes):
            noted = self.markers.cite([remark.quote])
            if not any(c.text == remark.text and c.citations == (noted[0].marker,) for c in self.claims):
                self.claims.append(Claim(remark.text, (noted[0].marker,), 1.0))
                said.append(Verified(self.claims[-1], noted))
        return said


def in_dates(judged: Judged) -> str:
    """Its sentence with the dates of the times that its quotes tell from the day of publication."""
    dates = [quote.hit.document.published_at for quote in judged.quotes]
    days = [published_at and published_at.date() for published_at in dates]
    return absolute(judged.text, [(quote.told, day) for quote, day in zip(judged.quotes, days, strict=True)])


def dateline(document: Document) -> str:
    """Who reported something and when, as far as it is known, to be put before it."""
    return f"{document.byline}: " if document.byline else ""
