"""Who is told to have said something: whether it is who says it in the quotes. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from typing import Final

from rag.checks.people.posts import akin, speaking_for
from rag.checks.text.slots import NAME
from rag.checks.text.spelling import is_short_for
from rag.checks.text.verbs import SAYING
from rag.terms import CALENDAR, STOP_WORDS, stem, stems, terms, words

NEAR: Final = 6
"""Within how many words two names of the same person stand beside each other ("the mayor, Ilse Brandt")."""
AS_MUCH: Final = 0.6
"""Share of the words of the quote most like a sentence that another has to have to tell the same."""

_SAYS = (
    r"(?:said|says?|told|tells|stated?s?|argue[sd]?|claim(?:s|ed)?|explain(?:s|ed)|added|wrote|announced|warn(?:s|ed)"
    r"|denie[sd]|insist(?:s|ed)?|demand(?:s|ed)?|predict(?:s|ed)?|report(?:s|ed)"
    r"|call(?:s|ed)(?= (?:it|him|her|them|the)\b))"
)
_SAYING: Final = SAYING | frozenset(map(stem, "demand predict call".split()))
_NOUN = r"(?:states?|claims|reports|demands|calls)"
"""What may be a noun as well, as it is after a determiner or preposition and before "of"."""
_BEFORE_NOUN = (
    r"(?:the|an?|his|her|its|their|our|this|that|these|those|of|by|from|for|with|in|to|on|at|no|any|some|all|many|most"
    r"|several|few|two|three|four|five|six|member|\w+['’]s|\w+s['’]|\d+)"
)
_NOUNS = re.compile(
    rf"(\b{_BEFORE_NOUN}\s+(?:[a-z-]+(?:ed|ing|al|ic|ive|ous|er|est|ent|ant|ew|ate|se)\s+)?){_NOUN}\b"
    rf"|\b{_NOUN}(?= (?:of|for|against|by)\b)",
    re.IGNORECASE,
)
_VERB = re.compile(rf"(?<!\bbe )(?<!\bbeen )(?<!\bis )(?<!\bare )(?<!\bwas )(?<!\bwere )\b{_SAYS}\b")
_APPOSED = rf"(?:, {NAME}(?=[.,;:”\"]|$))?"
"""The name of whom a speaker is told to be: "Osk's boss, Ada Lund"."""
_BY = re.compile(rf"\b(?:[Aa]ccording to|{_SAYS} by) ([^.,;:”\"]+{_APPOSED})")
_AFTER = re.compile(rf"\s+(?!that\b|it\b|on\b|in\b|at\b)([^.,;:“”\"]{{1,60}}{_APPOSED})")
_BOUND = re.compile(r"[.;:“”\"]|\b(?:and|but|that|because|after|while|as|when)\b")
_SENTENCE_END = re.compile(r"(?<=[a-z\d)][a-z\d)][.!?])\s+|(?<=[.!?][\"”])\s+")
_AGAINST = re.compile(r"; |,? (?:but|while|whereas) ")
_QUOTED = re.compile(r"“[^“”]*”|\"[^\"]*\"")
_ASIDE = re.compile(r", (?:who|which) [^,]*,")
_OWNED = re.compile(r"^(.*\w)(?:['’]s|s['’])\s+(?=\w)")
_GENERIC: Final = frozenset(
    map(
        stem,
        "company firm group government ministry official authority researcher scientist expert report article study"
        " statement spokesman spokeswoman spokesperson outlet source people man woman leader head".split(),
    )
)
"""Words for a speaker that may stand for a name which they never stand beside."""


_BODIES: Final = frozenset(map(stem, "ministry government authority".split()))
"""Those that speak by people whom news name with their post."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """The stems of who speaks, and of whose they are: "Osk's lawyer" is a lawyer, of Osk. Empty for a pronoun."""

    said_as: str
    who: frozenset[str]
    whose: frozenset[str]


def wrong_speaker(sentence: str, quotes: Sequence[str], context: str) -> str | None:
    """What is wrong with who is told to have said it; None where nothing is.

    Who is named must be named near the quotes, and be who says it in those that tell the same, unless the context
    names both beside each other.

    >>> wrong_speaker("Osk said it sank.", ["It sank, Lund said."], "Osk owns it.")
    "the quotes have 'Lund'"
    >>> wrong_speaker("The mayor said it sank.", ["It sank, Lund said."], "Lund is the mayor.")
    """
    ours = [each for each in speakers(sentence) if each.who]
    known = stems(context)
    who = frozenset().union(*(each.who | each.whose for each in ours))
    for one in ours:
        said = set(terms(_said_by(one, sentence))) - who - _SAYING
        shared = {quote: len(said & set(terms(quote))) for quote in quotes}
        telling = [quote for quote in quotes if shared[quote] >= AS_MUCH * max(shared.values())]
        theirs = [each for quote in telling for each in speakers(quote)]
        named = one.who | one.whose | _meant(one)
        if one.said_as[:1].isupper() and not named & known and not is_short_for(one.said_as, context):
            return f"{one.said_as!r} is not named near the quotes"
        others = [other for other in theirs if other.who]
        if others and len(others) == len(theirs) and not any(_same(one, other, context) for other in others):
            return f"the quotes have {others[0].said_as!r}"
    return None


def _meant(one: Speaker) -> frozenset[str]:
    """The stems of what else whom a sentence calls the boss, or the court, may be called."""
    return speaking_for(one.who).union(*map(akin, one.who)) - one.who


def _said_by(one: Speaker, sentence: str) -> str:
    """The part of a sentence that somebody is told to have said, where it has several that stand against each other."""
    return next((part for part in _AGAINST.split(sentence) if one.said_as in part), sentence)


def speakers(text: str) -> Iterator[Speaker]:
    """Those who are told to say something in a text, in order."""
    for match in _BY.finditer(text):
        yield _speaker(match[1])
    text = _NOUNS.sub(lambda match: "x" * len(match[0]), _QUOTED.sub(_unsaid, _ASIDE.sub(" ", text)))
    for match in _VERB.finditer(text):
        before = _BOUND.split(text[: match.start()])[-1]
        phrases = [phrase for phrase in before.split(",") if phrase.strip()]
        after = _AFTER.match(text, match.end())
        if not phrases:
            yield _speaker(after[1] if after else "")
        elif before.rstrip().endswith(","):
            # "The mayor, Ilse Brandt, said", or "It sank," said the mayor
            inverted = after is not None and not re.search(r"[A-Z]", before.lstrip()[1:])
            yield _speaker(after[1] if after and inverted else before)
        else:
            yield _speaker(phrases[-1])


def _unsaid(match: re.Match[str]) -> str:
    """Words in quotation marks with what they themselves tell to be said blotted out."""
    return _VERB.sub(lambda verb: "x" * len(verb[0]), match[0])


def _speaker(phrase: str) -> Speaker:
    owned = _OWNED.match(phrase)
    whose = _stems(owned[1]) if owned else frozenset()
    return Speaker(phrase.strip(), _stems(phrase[owned.end() :] if owned else phrase), whose)


def _stems(phrase: str) -> frozenset[str]:
    return frozenset(stem(word) for word in words(phrase) if word.casefold() not in STOP_WORDS | CALENDAR)


def _same(one: Speaker, other: Speaker, context: str) -> bool:
    if one.who & other.who:
        return not (one.whose and other.whose) or bool(one.whose & other.whose)
    if one.who & other.whose or other.who & one.whose or one.who & _GENERIC:
        return True
    if other.who & _GENERIC and not re.search(r" [A-Z]", other.said_as):
        # "the ministry said" is no word of somebody whom the article names and never tells to be of it
        return not (other.who & _BODIES and one.said_as[:1].isupper() and re.search(r"\w [A-Z]", one.said_as))
    if is_short_for(one.said_as, other.said_as):
        return True
    if _meant(one) & other.who or (re.search(r" [A-Z]", one.said_as) is None and _meant(other) & one.who):
        return True
    return beside(one.who | _meant(one), _named(other, context), context)


def _named(speaker: Speaker, context: str) -> Set[str]:
    """The parts of a speaker's name, without what else one may be called; all that is said where there is no name."""
    common = {stem(word) for word in re.findall(r"\b[a-z]\w+", f"{context} {speaker.said_as}")}
    return speaker.who - common or speaker.who


def beside(one: Set[str], other: Set[str], context: str) -> bool:
    """Whether words of both stand near each other in a sentence of a text."""
    for sentence in _SENTENCE_END.split(context):
        found = [stem(word) for word in words(sentence)]
        places = [place for place, each in enumerate(found) if each in one]
        if any(other & set(found[max(0, place - NEAR) : place + NEAR + 1]) for place in places):
            return True
    return False
