"""People called by what they are, "her sister" or "a retired teacher": whether the quotes have another there. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.checks.people.posts import ANY, WRITTEN, akin, turned
from rag.checks.text.anchors import tokens
from rag.terms import stems, terms

_OWNER = re.compile(
    r"(?:\b(?:my|our|your|his|her|its|their|whose)|\w['’]s|s['’])\s+(?:[a-z-]+\s+){0,2}?$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class _Person:
    """The stem of a word, whether it is one for a person and is somebody's, and what is on either side.

    That is the telling words next to it and the names before and after it.
    """

    word: str
    person: bool
    owned: bool
    left: str
    right: str
    before: frozenset[str]
    after: frozenset[str]

    def beside(self, other: _Person) -> int:
        """How many of its neighbours are those of another."""
        return sum(one != "" and one == its for one, its in ((self.left, other.left), (self.right, other.right)))


def other_person(sentence: str, quotes: Sequence[str], context: str) -> tuple[str, str] | None:
    """ "Her boss" where the quotes have "her sister", and nobody's boss; None where there is nothing like it.

    What the context calls somebody may be told too, but not where the quotes have somebody else in that very place.

    >>> other_person("Her boss lived in Osk.", ["Her sister lived in Osk."], "")
    ('boss', 'sister')
    >>> other_person("Ivo lives with his wife Ada.", ["Ada lives with her husband Ivo."], "")
    """
    said, quoted = set(terms(sentence)), stems(" ".join(quotes))
    known = quoted | stems(context)
    shared = [len(said & set(terms(quote))) for quote in quotes]
    told = [
        (each, count == max(shared), stems(quote))
        for quote, count in zip(quotes, shared, strict=True)
        for each in _people(quote)
        if not akin(each.word) & said
    ]
    for one in _people(sentence):
        like = akin(one.word)
        if not one.person or (one.word in ANY and not one.owned):
            continue
        for other, telling, near in told:
            if not other.person and (one.beside(other) < 2 or one.owned != other.owned):
                continue
            turns = one.before & other.after - other.before
            there, owned = one.beside(other) if not turns else 0, one.owned and other.owned
            if (
                (there == 2 and not like & near)
                or (there and owned and not like & quoted)
                or (there and not like & known)
                or (owned and telling and not (like | turned(one.word)) & known)
            ):
                return one.word, other.word
    return None


def _people(text: str) -> Iterator[_Person]:
    """The words of a text with a lower-case letter first that may stand for somebody."""
    found = [each for each in tokens(text) if each.telling]
    for place, one in enumerate(found):
        if not one.word[0].isalpha() or one.capital:
            continue
        yield _Person(
            one.stem,
            one.word in WRITTEN,
            _OWNER.search(text[: one.start]) is not None,
            found[place - 1].stem if place else "",
            found[place + 1].stem if place + 1 < len(found) else "",
            frozenset(each.stem for each in found[:place] if each.capital),
            frozenset(each.stem for each in found[place:] if each.capital),
        )
