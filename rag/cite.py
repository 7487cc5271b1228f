"""Drafted sentence to quotes: the smallest set of source sentences that carries it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rag.evidence import Candidate
from rag.terms import coverage, names, numbers, term_weights, terms
from rag.types import Citation
from rag.verify import heading

MOST_QUOTES = 3
WORTH_ADDING = 0.2
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
    nearer to the question. Another one, of the same article, is added only while it has names or numbers of the
    draft that are still missing, or a fifth more of its weighted words; at most three in all.
    """
    weights = term_weights(dict.fromkeys(terms(sentence)), [candidate.text for candidate in pool])
    bags = [frozenset(terms(candidate.text)) for candidate in pool]
    brought = _facts(sentence) - _facts(asked)
    scores = [
        coverage(weights, bag) + cosine + FACTS_WEIGHT * _share(brought, _facts(candidate.text) | bag)
        for candidate, bag, cosine in zip(pool, bags, similarities, strict=True)
    ]
    first = max(range(len(pool)), key=lambda i: (scores[i], pool[i].similarity, -i))
    chosen = [first]
    while len(chosen) < MOST_QUOTES:
        following = _next(sentence, pool, bags, weights, chosen)
        if following is None:
            break
        chosen.append(following)
    read = frozenset(terms(heading(pool[first].hit.document))).union(*(bags[i] for i in chosen))
    new = term_weights(dict.fromkeys(set(terms(sentence)) - set(terms(asked))), [each.text for each in pool])
    return Alignment(tuple(pool[i] for i in chosen), coverage(new, read), similarities[first])


def _facts(text: str) -> frozenset[float | str]:
    """The numbers of a text and the stems of its names."""
    return frozenset([*numbers(text), *(part for name in names(text) for part in terms(name))])


def _share(sought: frozenset[float | str], found: frozenset[float | str]) -> float:
    return len(sought & found) / len(sought) if sought else 0.0


def _next(
    sentence: str,
    pool: Sequence[Candidate],
    bags: Sequence[frozenset[str]],
    weights: Mapping[str, float],
    chosen: Sequence[int],
) -> int | None:
    """The sentence of the same article that adds most to those chosen, if it adds enough."""
    home = pool[chosen[0]].hit.document
    read = " ".join([heading(home), *(pool[i].text for i in chosen)])
    read_terms = frozenset(terms(read))
    missing_numbers = numbers(sentence) - numbers(read)
    missing_names = {stem for name in names(sentence) for stem in terms(name)} - read_terms
    best: tuple[int, float, int] | None = None
    for i, candidate in enumerate(pool):
        if i in chosen or candidate.hit.document.id != home.id:
            continue
        facts = len(missing_numbers & numbers(candidate.text)) + len(missing_names & bags[i])
        gain = coverage(weights, bags[i] | read_terms) - coverage(weights, read_terms)
        if (facts or gain >= WORTH_ADDING) and (best is None or (facts, gain) > best[:2]):
            best = (facts, gain, i)
    return best[2] if best else None


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
            )
        return self._known[key]
