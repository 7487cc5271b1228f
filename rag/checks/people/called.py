"""Who is called what in a text: "the captain, Ada Osk", "Osk, a former judge", "Osk was its treasurer". Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from rag.checks.people.posts import same
from rag.checks.text.sentences import sentences
from rag.checks.text.slots import NAME
from rag.checks.text.verbs import ACTS
from rag.terms import CALENDAR, STOP_WORDS, denials, names, stem, stems

_DETERMINER: Final = frozenset("the a an its his her their our this that another".split())
PREPOSITIONS: Final = frozenset(
    "of from in at on to for with by near into over under against after before since until during like unlike despite"
    " via per as than beside behind beyond between among within without across along through toward towards upon"
    " around".split()
)
_LINKS: Final = PREPOSITIONS | frozenset(
    "including and or but while where when because if although though which who whom whose that".split()
)
_WITHIN: Final = frozenset("of for from in at on to and or".split())
"""What stands within what somebody is called: "head of the union for Osk"."""
_TITLES: Final = frozenset("mr mrs ms miss dr sir dame lord lady prof professor st".split())
"""What many people of one article may be called."""
KINDS: Final = frozenset(
    map(
        stem,
        "man woman boy girl person people child town city village country state region province district county river"
        " lake island port capital street company firm group club team side family brother sister friend colleague"
        " team-mate teammate partner rival opponent counterpart neighbour neighbor meanwhile instead later earlier too"
        " also therefore however then".split(),
    )
)
"""What a reader may know of somebody or of a place though no article says it, and what is no noun."""
_RUN = re.compile(rf"\b{NAME}")
_OWNED = re.compile(r"['’]s$")
_IS = re.compile(
    r"(?:, \d+,)?(?:, who)? (?:(?:is|was|(?:has|had|will|would|could) (?:be|been)|becomes?|became|remains?|remained)"
    r"|(?:served |worked |works |serves )?as) "
)
_WAS = re.compile(r"^(.*\S) (?:is|was|will be) (?:the )?$")
_TOLD_OF = re.compile(r", (?:the|an?|its|his|her|their|\d+,)(?= )")
_APPOSED = re.compile(r",(?: \d+,)? ")
_JOINED = re.compile(rf"(?:, | and |, and )({NAME})")
_PIECE = re.compile(r"[\w’'-]+|[^\w\s]")
_CLAUSES = re.compile(r"[,;:–—]|\b(?:and|but|because|while|after|before|said)\b")


@dataclass(frozen=True, slots=True)
class Called:
    """The stems of a name's parts, those of what it is called, and that of the noun among these."""

    parts: frozenset[str]
    words: frozenset[str]
    head: str

    def means(self, parts: Set[str]) -> bool:
        """Whether a name of these parts may be this one: "Osk" is "Ada Osk", and "Eva Osk" is not."""
        return self.parts <= parts or parts <= self.parts


def misnamed(sentence: str, texts: Sequence[str]) -> tuple[str, str] | None:
    """Who is called in a sentence what only another one is in the texts, and what that is; None where nobody is.

    >>> misnamed("The captain, Eva Lund, won.", ["Ada Osk, the captain, passed to Eva Lund."])
    ('lund', 'captain')
    >>> misnamed("Captain Osk won.", ["Ada Osk, the captain, passed to Eva Lund."])
    """
    told = [each for text in texts for each in called(text)]
    titles = frozenset[str]().union(*(each.words for each in told if each.head not in each.parts))
    for one in called(sentence):
        parts = one.parts - titles or one.parts  # "Captain Osk" is Osk
        mine = frozenset[str]().union(*(each.words for each in told if each.means(parts)))
        others = [each.words for each in told if not each.means(parts)]
        if one.head in KINDS | one.parts or one.words <= mine:
            continue
        if not same(one.head) & mine and any(one.head in other for other in others):
            return max(one.parts), one.head
        if len(one.words) > 1 and any(one.words <= other for other in others):
            return max(one.parts), one.head
    return None


@lru_cache(maxsize=64)  # an article is read again for each sentence about it
def called(text: str) -> tuple[Called, ...]:
    """Whatever names of a text are called, in order."""
    return tuple(_called(text))


def _called(text: str) -> Iterator[Called]:
    known = {stem(name) for name in names(text)}
    for sentence in sentences(text):
        for match in _RUN.finditer(sentence):
            written = match[0].split()
            opening = not sentence[: match.start()].strip(" “\"'")
            if opening and written[0].casefold() in STOP_WORDS:
                written = written[1:]
            sure = {stem(word) for word in written} & known or _TOLD_OF.match(sentence, match.end())
            if not written or not sure or written[0].casefold() in CALENDAR:
                continue
            many = len([word for word in written if word.casefold() not in _TITLES]) > 2
            parts = frozenset(stem(word) for word in written[many:] if word.casefold() not in _TITLES)
            first = written[:1] if many or (opening and len(written) > 1) else []
            for phrase in _phrases(sentence, match):
                yield from _each(parts, phrase, sentence, match.end())
            if first and first[0].casefold() not in _TITLES:
                yield Called(parts, frozenset({stem(first[0])}), stem(first[0]))


def _each(parts: frozenset[str], phrase: Sequence[str], sentence: str, end: int) -> Iterator[Called]:
    """What a name is called, and those after it, too, where it is told of several."""
    found = frozenset(stem(word) for word in phrase if word.casefold() not in _TITLES)
    if not found:
        return
    yield Called(parts, found, stem(phrase[-1]))
    while phrase[-1].endswith("s") and (match := _JOINED.match(sentence, end)):
        yield Called(frozenset(stems(match[1])), found, stem(phrase[-1]))
        end = match.end()


def _phrases(sentence: str, name: re.Match[str]) -> Iterator[list[str]]:
    """The noun phrases that a sentence puts beside a name."""
    before, after = sentence[: name.start()], sentence[name.end() :]
    yield _ending(before)
    closed = re.match(r"[,.;]|$", after)
    if before.endswith(", ") and closed and (phrase := _apposed(before[:-2])):
        yield phrase
    if (match := _WAS.match(before)) and (phrase := _apposed(match[1])):
        yield phrase
    if match := _APPOSED.match(after):
        phrase, stop = _starting(after[match.end() :])
        if stop:
            yield phrase
    if (match := _IS.match(after)) and not denials(match[0]):
        yield _starting(after[match.end() :])[0]
    # "named Osk as its head", "elected Osk president"
    if re.search(r"\b(?:named|appointed|elected|made|chose|picked) (?:[a-z-]+ ){0,3}$", before):
        yield _starting(after.strip())[0]


def _ending(text: str) -> list[str]:
    """The words of a noun phrase that ends a text, without its determiner: "police inspector" before a name."""
    found: list[str] = []
    for piece in reversed(_PIECE.findall(text)[-5:]):
        if not _noun(piece, last=not found) or _OWNED.search(piece):
            break
        found.insert(0, piece)
        if piece[:1].isupper():
            break
    return found


def _starting(text: str) -> tuple[list[str], bool]:
    """The words of a noun phrase that starts a text, and whether it has a determiner or ends there."""
    found: list[str] = []
    pieces = _PIECE.findall(text)
    article = bool(pieces) and (pieces[0].casefold() in _DETERMINER or _OWNED.search(pieces[0]) is not None)
    for place, piece in enumerate(pieces[article:], article):
        if _OWNED.search(piece):
            found = []
        elif _noun(piece, last=False):
            found.append(piece)
        else:
            return found, bool(found) and (article or pieces[place] in ",.;" or pieces[place] == "of")
    return found, bool(found)


def _apposed(text: str) -> list[str]:
    """The nouns of a phrase with a determiner that ends a text, be there more told of them: "the head of the union"."""
    pieces = _PIECE.findall(re.split(r"[,;:–—]", text)[-1])
    for place, piece in enumerate(pieces):
        if piece.casefold() in _DETERMINER or _OWNED.search(piece):
            rest = pieces[place + 1 :]
            if all(word.casefold() in _WITHIN | _DETERMINER or _noun(word, last=False) for word in rest):
                return _starting(" ".join(rest))[0]
    return []


def _noun(word: str, *, last: bool) -> bool:
    """Whether a word may be part of a noun phrase, its last one being no verb, as far as that shows."""
    low = word.casefold()
    if not word[:1].isalpha() or low in STOP_WORDS | _LINKS | _DETERMINER or low in ACTS:
        return False
    return not re.search(r"(?:[^e]ed|ing)$" if not last else r"(?:[^e]ed|ing|ly|[^su]s)$", low)


def identified(sentence: str, quotes: Sequence[str], context: str) -> str | None:
    """The name that "the first officer was Osk" gives to whom the quotes speak of apart from it; None where none is.

    >>> identified("The first caller was Osk.", ["The first caller hung up, Osk said."], "")
    'Osk'
    >>> identified("The first caller was Osk.", ["Osk, the first caller, hung up."], "")
    """
    match = re.match(rf"(?:The|A|An) (?:[a-z-]+ )*?([a-z-]+) (?:is|was) (?:the )?({NAME})[.,]?$", sentence.strip())
    if match is None:
        return None
    head, parts = stem(match[1]), stems(match[2])
    together = [text for text in quotes if head in (found := stems(text)) and parts <= found]
    if not together or any(
        head in each.words and each.means(parts) for text in [*quotes, context] for each in called(text)
    ):
        return None
    pieces = [stems(piece) for text in [*quotes, context] for piece in _CLAUSES.split(text)]
    return None if any(head in piece and parts & piece for piece in pieces) else match[2]
