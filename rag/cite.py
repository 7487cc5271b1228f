"""Drafted sentence to quotes: the smallest set of source sentences that carries it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from rag.checks.verify import heading
from rag.evidence import Candidate
from rag.followup import refers
from rag.kind import compares, is_closed
from rag.terms import Fact, coverage, denials, names, numbers, term_weights, terms, worded
from rag.types import Citation, Sentence

MOST_QUOTES = 3
MOST_ROWS = 8
"""As many where the further ones are rows of one table: a list is told by all of them."""
WORTH_ADDING = 1 / 3
FACTS_WEIGHT = 1.0


@dataclass(frozen=True, slots=True)
class Alignment:
    """The sentences that carry a drafted one, the most telling first, and how much of it they carry.

    `grounded` is the share of the weighted words that the draft brings, and the question had not, in them;
    `meaning` the draft's cosine to the first.
    """

    quotes: tuple[Candidate, ...]
    grounded: float
    meaning: float


def align(sentence: str, asked: str, pool: Sequence[Candidate], similarities: Sequence[float]) -> Alignment:
    """The quotes for a sentence drafted in reply to `asked`, among a pool that is not empty.

    `similarities` are its cosines to the pool. The first quote is the sentence nearest in words, in meaning and in
    the facts that the draft brings (numbers and names the question did not give); where two are equal, the one
    nearer to the question. Another one, of the same article unless two are to be compared, is added only while it has
    facts that the draft brings and that are still missing, or a third more of the weighted words it brings; at most
    three in all, more only of the same table. With a row of a table goes the line that names its columns, with "he was
    43" who that is. What the question gave needs no quote: how far the article speaks of it is part of support.
    """
    texts = [candidate.told for candidate in pool]
    weights = term_weights(dict.fromkeys(terms(sentence)), texts)
    said = [frozenset(terms(text)) | _facts(text) for text in texts]
    brought = _facts(sentence) - _facts(asked)
    scores = [
        coverage(weights, bag) + cosine + FACTS_WEIGHT * _share(brought, bag)
        for bag, cosine in zip(said, similarities, strict=True)
    ]
    homes = _homes(numbers(sentence) - numbers(asked), pool, said)
    first = max(homes, key=lambda i: (scores[i], pool[i].similarity, -i))
    home = pool[first].hit.document
    given = frozenset(terms(asked))
    new = {term: weight for term, weight in weights.items() if term not in given}
    headed = heading(home)
    elsewhere = compares(asked)
    chosen, read = [first], said[first] | _facts(f"{headed} {texts[first]}") | frozenset(terms(headed))
    if (before := _antecedent(sentence, first, pool, read)) is not None:
        chosen.append(before)
        read |= said[before]
    while len(chosen) < MOST_ROWS:
        others = [i for i in range(len(pool)) if i not in chosen and (elsewhere or pool[i].hit.document.id == home.id)]
        if len(chosen) >= MOST_QUOTES:
            table = {pool[i].header for i in chosen} - {None}
            others = [i for i in others if pool[i].header in table]
        gains = {i: _gain(brought, new, read, said[i]) for i in others}
        best = max(others, key=lambda i: (gains[i], -i), default=None)
        if best is None or not (gains[best][0] or gains[best][1] >= WORTH_ADDING):
            break
        chosen.append(best)
        read |= said[best]
    quotes = _with_headers([pool[i] for i in chosen], pool)
    if not new and is_closed(asked):
        new = weights  # a yes brings no word of its own: all that it repeats has to be grounded
    return Alignment(quotes, coverage(new, read), similarities[first])


def _homes(brought: Set[float], pool: Sequence[Candidate], said: Sequence[frozenset[Fact]]) -> Sequence[int]:
    """Which candidates are of an article that has all numbers that a draft brings; all where none has.

    In a running story the older article often has more of the words, and never the new figure.
    """
    told: dict[str, set[Fact]] = {}
    for candidate, facts in zip(pool, said, strict=True):
        told.setdefault(candidate.hit.document.id, set()).update(facts)
    having = {key for key, found in told.items() if brought <= found}
    return [i for i, one in enumerate(pool) if one.hit.document.id in having] or range(len(pool))


def _antecedent(sentence: str, first: int, pool: Sequence[Candidate], read: frozenset[Fact]) -> int | None:
    """The sentence before a quote that leans on it: "He was 43", or "they put their number at 2,600".

    It is needed where it names whom the draft names and the quote does not, or the quote has no word of the draft.
    """
    quote = pool[first]
    if not refers(quote.told):
        return None
    earlier = [
        i
        for i, one in enumerate(pool)
        if one.hit.passage.id == quote.hit.passage.id and one.sentence.end <= quote.sentence.start
    ]
    before = max(earlier, key=lambda i: pool[i].sentence.end, default=None)
    if before is None:
        return None
    said = worded(sentence)
    named = {part for name in names(sentence) for part in terms(name)}
    sought = named - read if said & set(terms(quote.told)) else said
    return before if sought & set(terms(pool[before].told)) else None


def _with_headers(chosen: Sequence[Candidate], pool: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """Quotes, and after a row of a table the line that names its columns: the row says nothing without it."""
    lines = {(one.hit.passage.id, one.sentence): one for one in pool}
    kept: dict[tuple[str, Sentence | None], Candidate] = {}
    for quote in chosen:
        for sentence in (quote.sentence, quote.header):
            if found := lines.get((quote.hit.passage.id, sentence)) if sentence else None:
                kept.setdefault((quote.hit.passage.id, sentence), found)
    return tuple(kept.values())


def _gain(
    brought: frozenset[Fact], new: Mapping[str, float], read: frozenset[Fact], more: frozenset[Fact]
) -> tuple[int, float]:
    """How many of the facts that a draft brings, and what share of its new words, a sentence adds to those read."""
    return len((brought - read) & more), coverage(new, read | more) - coverage(new, read)


def _facts(text: str) -> frozenset[Fact]:
    """The numbers of a text, the stems of its names, and whether it denies something."""
    return frozenset(
        [*numbers(text), *(["not"] if denials(text) else []), *(part for name in names(text) for part in terms(name))]
    )


def _share(sought: frozenset[Fact], found: frozenset[Fact]) -> float:
    return len(sought & found) / len(sought) if sought else 0.0


class Markers:
    """Numbers the citations of one answer: the same quote has the same marker each time."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, int, int, int], Citation] = {}

    def cite(self, quotes: Sequence[Candidate]) -> tuple[Citation, ...]:
        """A citation for each quote, in the order given; new ones get the next numbers, counting from 1."""
        return tuple(self._citation(quote) for quote in quotes)

    @property
    def citations(self) -> tuple[Citation, ...]:
        """All given so far, by marker."""
        return tuple(self._known.values())

    def _citation(self, quote: Candidate) -> Citation:
        hit, passage, sentence = quote.hit, quote.hit.passage, quote.sentence
        key = (passage.document_id, passage.version, sentence.start, sentence.end)
        if key not in self._known:
            marker = len(self._known) + 1
            self._known[key] = Citation(
                marker,
                hit.document,
                passage.version,
                sentence.start,
                sentence.end,
                quote.text,
                hit.cluster,
                hit.copies,
                hit.notices[0] if hit.notices else None,
                passage.page_of(sentence.start),
            )
        return self._known[key]
