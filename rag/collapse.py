"""Ranked passages without what near-copies of a document say again. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from rag.copies import shingles
from rag.terms import Fact, calendar, numbers
from rag.types import Document, Passage

SAID = 0.6


@dataclass(frozen=True, slots=True)
class Found:
    """A passage that may be shown, with its document."""

    passage: Passage
    document: Document
    score: float
    similarity: float


def collapse(ranked: Sequence[Found], clusters: Mapping[str, str]) -> list[Found]:
    """What remains of a ranking, best first, when each cluster is represented by one of its documents.

    `clusters` names the cluster of a document where it has copies. The document of a cluster's best passage
    represents it; of equally good ones the first published, then the first id. All its passages stay. Another
    member's is left out if `SAID` of its shingles are in them, and hands on its score if it was better than that
    of the passage which says most of it. What only another member says is no copy and stays, and so does a later
    report with another figure: a number, a month or a weekday that those who say the rest of it, all published
    before, do not have. A text that stands in several documents stays once, at its best place.
    """
    groups: dict[str, list[Found]] = {}
    for found in ranked:
        groups.setdefault(clusters.get(found.document.id, found.document.id), []).append(found)
    left = [found for group in groups.values() for found in _without_echoes(group)]
    return _once(sorted(left, key=lambda found: (-found.score, found.passage.id)))


def _without_echoes(ranked: Sequence[Found]) -> list[Found]:
    """The passages of one cluster without those that its representative's say already."""
    best = min(ranked, key=lambda found: (-found.score, *_age(found.document)))
    if all(found.document.id == best.document.id for found in ranked):
        return list(ranked)
    kept = [found for found in ranked if found.document.id == best.document.id]
    texts = [shingles(found.passage.text) for found in kept]
    said = set().union(*texts)
    for found in ranked:
        if found.document.id == best.document.id:
            continue
        own = shingles(found.passage.text)
        if len(own & said) < SAID * len(own) or _updates(found, own, kept, texts):
            kept.append(found)
            texts.append(own)
            said |= own
        else:
            at = max(range(len(kept)), key=lambda i: len(texts[i] & own))
            kept[at] = replace(kept[at], score=max(kept[at].score, found.score))
    return kept


def _updates(found: Found, own: frozenset[str], kept: Sequence[Found], texts: Sequence[frozenset[str]]) -> bool:
    """Whether an echo has a figure that what it echoes, all of it known to be older, has not."""
    echoed = [other for other, text in zip(kept, texts, strict=True) if own & text]
    own_figures, date = _figures(found.passage.text), found.document.published_at
    others = set().union(*(_figures(other.passage.text) for other in echoed))
    if date is None or own_figures <= others:
        return False
    return all(other.document.published_at is not None and other.document.published_at < date for other in echoed)


def _figures(text: str) -> frozenset[Fact]:
    """Its numbers, and the months and weekdays that it names."""
    return frozenset(numbers(text)) | calendar(text)


def _age(document: Document) -> tuple[float, str]:
    published = document.published_at
    return (float("inf") if published is None else published.timestamp(), document.id)


def _once(ranked: Sequence[Found]) -> list[Found]:
    """Each text at its best rank only."""
    first: dict[str, Found] = {}
    for found in ranked:
        first.setdefault(" ".join(found.passage.text.split()).casefold(), found)
    return list(first.values())
