"""Who did what, and to whom it was done: whether it is somebody else in the quotes. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

from rag.checks.people.called import KINDS, PREPOSITIONS, Called, called
from rag.checks.people.posts import RANKS
from rag.checks.text.anchors import Token, tokens
from rag.checks.text.peoples import country
from rag.checks.text.slots import NAME
from rag.checks.text.spelling import PAST_FORMS
from rag.checks.text.verbs import ACTS, SAYING, verbal, voice
from rag.terms import CALENDAR, STOP_WORDS, stem, terms

_BY: Final = 5
"""How many pieces after a verb "by whom" may stand."""
_BE: Final = frozenset(
    "is are was were be been being has have had having will would can could may might must shall should do does did to"
    " not never also then still yet already just only both twice once again first".split()
)
_OFF: Final = frozenset("off out up down back over away in on".split())
_JOINING: Final = frozenset("and or but then".split())
_RELATIVE: Final = frozenset("who which that".split())
_PRONOUNS: Final = frozenset("i he she it they we you him her them this these those one others everyone nobody".split())
_OWNERS: Final = frozenset("its his her their".split())
_MUTUAL: Final = frozenset(map(stem, "meet marry face match play join talk fight agree include involve".split()))
_NAME: Final = "*"
"""Stands among the stems of a noun phrase that ends with a name, which "the Varn firm" does not."""
_UNITS: Final = frozenset(map(stem, "second minute hour day week month year time".split()))
_WITH = re.compile(rf"\b(?:with|for|through|via|at)(?: [a-z-]+){{0,3}} ({NAME})")
_APPOSED = re.compile(
    rf"\b((?:[Tt]he|[Hh]is|[Hh]er|[Ii]ts|[Tt]heir|[Aa]n?|[\w-]+['’]s) (?:[\w-]+ ){{0,4}}?[\w-]+), ({NAME})"
    r"(?:,|(?=[.;]|$))"
)
_ASIDE = re.compile(
    r",(?: (?:who|which|whose|a|an|the|its|his|her|now|then|formerly|(?:along |together )?with)\b[^,]*| \d+),"
)
_OPENING = re.compile(r"^((?:[A-Z][a-z]+ing|In|On|At|Upon|During|With|Under|From)\b[^,;]*), ")
"""What stands before the sentence proper: its end is no apposition to whom the sentence is about."""
_NAMED = re.compile(
    rf"[A-Z][\w’'-]*(?<!s) (?:[A-Z]|has\b|had\b|was\b|is\b|will\b|\w+ed\b|(?:{'|'.join(sorted(PAST_FORMS))})\b)"
)
"""A sentence that begins with a name, and not with what may be many people."""
_BY_SO_MUCH = re.compile(r" by (?:(?:about|nearly|almost|some) )?(?:[$£€]?\d|an? (?:third|quarter|fifth|tenth|half)\b)")
_UNCHANGED: Final = frozenset("shut set put cut hurt cost let split spread quit cast burst shed bid".split())
"""Verbs whose past looks as their present."""
_NO_VERB = re.compile(r"['’]? (?:by|of|is|are|was|were|has|have|had|will|would|can|could)\b")
"""What follows a noun in "s", and not a verb."""
_REDUCED = re.compile(
    rf"(?!was|were|had|did|went|came)(?:\w+ed|{'|'.join(sorted(PAST_FORMS))})"
    rf" (?:{'|'.join(sorted(PREPOSITIONS - {'to'}))}) "
    r"(?:(?!and\b|or\b|but\b|that\b|which\b|who\b|he\b|she\b|it\b|they\b)(?:[\w€$£%'’-]|\.(?=\d))+ ){1,7}?"
    r"(?:is|are|was|were|has|have|had|will|would|can|could|may|might)\b"
)
"""A past form whose clause has another verb, too, is told of whom it was done to: "the car sold in May had rust"."""
_DETERMINED = re.compile(r"\b(?:the|an?|his|her|its|their|this|that|these|those|\w+['’]s)\s+$", re.IGNORECASE)
_END = re.compile(r"[;:.–—()\"“”]|\b(?:because|while|when|although|though|if|after|before|where|as|since|until)\b")


@dataclass(frozen=True, slots=True)
class Deed:
    """A verb by its stem, with the stems of who did it, of whom it was done to, and of what else is told after it.

    What is not told is empty.
    """

    verb: str
    word: str
    who: frozenset[str]
    whom: frozenset[str]
    rest: frozenset[str]
    by: bool


@dataclass(frozen=True, slots=True)
class _Piece:
    kind: str
    """"N" for a noun phrase, "V" for a verb, "P", "C", "R" for what joins them, "," for a comma, "." for an end."""
    words: frozenset[str]
    token: Token | None = None
    word: str = ""


def misdone(sentence: str, quotes: Sequence[str], context: str) -> tuple[str, str] | None:
    """Who did in a sentence what the quotes tell of others only, or to whom, with the verb; None where nobody.

    >>> misdone("Osk shut the valve.", ["The valve was shut by Ada Lund before Osk came."], "")
    ('osk', 'shut')
    >>> misdone("Lund shut the valve.", ["The valve was shut by Ada Lund before Osk came."], "")
    """
    texts = [*quotes, context]
    known = frozenset().union(*({part for each in _names(text) for part in each} for text in [sentence, *texts]))
    aliases = [each for text in [sentence, *texts] for each in called(text)]
    told = [(deed, quote) for quote in quotes for deed in deeds(quote)]
    around = deeds(context)
    for one in deeds(sentence):
        same = [(deed, quote) for deed, quote in told if deed.verb == one.verb]
        if not same or one.verb in _MUTUAL:
            continue
        also = [deed for deed in around if deed.verb == one.verb]
        alike = [(deed, quote) for deed, quote in same if _alike(one, deed)]
        helped = {stem(part) for _, quote in same for match in _WITH.finditer(quote) for part in match[1].split()}
        for side, other in (("who", "whom"), ("whom", "who")):
            ours = getattr(one, side)
            theirs = [getattr(deed, side) for deed, _ in same]
            mine = [*theirs, *(getattr(deed, side) for deed in also)]
            if not ours or any(_same(ours, each, known, aliases) for each in mine if each):
                continue
            if side == "who" and not (one.whom or one.by) and any(deed.whom for deed, _ in same):
                continue  # "the strike ended" is not told otherwise by "they ended the strike"
            if any(theirs) and any(_same(ours, getattr(deed, other), known, []) for deed, _ in same):
                return max(ours & known or ours - {_NAME}), one.word
            if not alike or not all(theirs) or ours & helped:
                continue
            if _NAME in ours and all(_NAME in getattr(deed, side) for deed, _ in alike):
                return max(ours & known or ours - {_NAME}), one.word
            if side == "who" and all(_apart(ours, deed, quote, told) for deed, quote in alike):
                return max(ours - {_NAME}), one.word
    return None


def _apart(who: frozenset[str], deed: Deed, quote: str, told: Sequence[tuple[Deed, str]]) -> bool:
    """Whether somebody stands beside who did a deed in its sentence, or does something else in another one."""
    if who <= set(terms(_ASIDE.sub(" ", quote))) | {_NAME}:
        return True
    if _NAME in deed.who or (who | deed.who) & KINDS:
        return False
    return any(who <= other.who and other.verb != deed.verb for other, _ in told)


def _alike(one: Deed, other: Deed) -> bool:
    """Whether two deeds of one verb may be the same: what else is told of both is, too, as far as anything is."""
    if one.by and other.by:
        return True
    shared = (other.rest - one.who) & (one.rest - other.who) - _UNITS
    return bool(shared) or not other.rest or not one.rest


def _same(one: Set[str], other: Set[str], known: Set[str], aliases: Sequence[Called]) -> bool:
    shared = (one & other) - {_NAME}
    if shared and not (
        {_NAME} <= one & other and shared <= RANKS and one - RANKS - {_NAME} and other - RANKS - {_NAME}
    ):
        return True  # two are not the same for being generals
    for first, second in ((one, other), (other, one)):
        for each in aliases:
            if each.parts & first and each.words & second - known:
                return True
    return False


def _names(text: str) -> Iterator[Set[str]]:
    for match in re.finditer(rf"\b{NAME}", text):
        low = [word for word in match[0].split() if word.casefold() not in STOP_WORDS | CALENDAR]
        if match.start() or len(low) > 1:
            yield {stem(re.sub(r"['’]s$", "", word)) for word in low}


@lru_cache(maxsize=64)  # an article is read again for each sentence about it
def deeds(text: str) -> tuple[Deed, ...]:
    """The deeds that a text tells, in order, those of asides last."""
    return tuple(_told(text))


def _told(text: str) -> Iterator[Deed]:
    plain = _APPOSED.sub(r"\1 \2", _OPENING.sub(r"\1; ", text))
    yield from _deeds(_pieces(_ASIDE.sub(" ", plain)))
    for match in re.finditer(rf"({NAME}), ((?:who|which) [^,.;]*)", plain):
        yield from _deeds(_pieces(f"{match[1]} {match[2]}"))


def _deeds(pieces: Sequence[_Piece]) -> Iterator[Deed]:
    last, under = frozenset[str](), False
    for place, piece in enumerate(pieces):
        if piece.kind == ".":
            last, under = frozenset(), bool(piece.word)
        if piece.kind not in "VW":
            continue
        subject = _subject(pieces, place)
        who = last if subject is None else subject
        if piece.word == "to":
            who = frozenset()  # "told Osk to go" and "hoped to go" look alike
        agent, whom = _agent(pieces, place), _object(pieces, place)
        last = last if piece.word == "to" or under else who
        if piece.kind == "W":
            who, whom = agent, who
        if piece.token is not None and (piece.token.stem not in SAYING or agent):
            yield Deed(piece.token.stem, piece.token.word, who, whom, whom | _rest(pieces, place), bool(agent))


def _subject(pieces: Sequence[_Piece], place: int) -> frozenset[str] | None:
    """Of whom a verb is told; None where that is who the verb before it is told of."""
    before = list(pieces[:place])
    if before and before[-1].kind == "R":
        before.pop()
        if before and before[-1].kind == ",":
            before.pop()
    if not before or before[-1].kind == ".":
        return frozenset()
    if before[-1].kind == "," and [each.kind for each in before[-3:-1]][-2:] in (["N"], [".", "N"]):
        return before[-2].words  # "Osk, hampered by rain, won"
    if before[-1].kind in "C,":
        return None
    if before[-1].kind != "N":
        return None if before[-1].kind in "VW" else frozenset()
    found = before.pop().words
    while len(before) > 1 and before[-1].kind in "PC" and before[-2].kind == "N":
        named = before[-2].words & {_NAME} if before[-1].kind == "P" else found & {_NAME}
        found, before = (found | before[-2].words) - {_NAME} | named, before[:-2]
    if (
        len(before) > 1
        and before[-1].kind == "P"
        and before[-2].kind in "VW"
        and (verb := before[-2].token)
        and not before[-2].word
    ):
        earlier = next(at for at, each in enumerate(pieces) if each.token == verb)
        return found | (_subject(pieces, earlier) or frozenset())  # "a drone built at Osk finds wrecks"
    return found


def _object(pieces: Sequence[_Piece], place: int) -> frozenset[str]:
    after = pieces[place + 1 : place + 2]
    return after[0].words if after and after[0].kind == "N" else frozenset()


def _rest(pieces: Sequence[_Piece], place: int) -> frozenset[str]:
    found: frozenset[str] = frozenset()
    for piece in pieces[place + 1 :]:
        if piece.kind in "VW.":
            break
        found |= piece.words
    return found


def _agent(pieces: Sequence[_Piece], place: int) -> frozenset[str]:
    after = pieces[place + 1 : place + 1 + _BY]
    for one, other in pairwise(after):
        if one.kind in "VW.":
            break
        if one.word == "by" and other.kind == "N":
            return other.words
    return frozenset()


def _pieces(text: str) -> list[_Piece]:
    """A text as noun phrases, verbs and what stands between them."""
    found: list[_Piece] = []
    phrase: set[str] = set()
    pronoun = owned = capital = False
    at = 0

    def close() -> None:
        nonlocal phrase, pronoun, owned
        if phrase or pronoun:  # whose existence "its existence" is, an earlier sentence told
            known = set() if owned and not capital else phrase
            found.append(_Piece("N", frozenset(known | {_NAME} if known and capital else known)))
        phrase, pronoun, owned = set(), False, False

    for token in tokens(text):
        between, at = text[at : token.start], token.end
        if re.match(r"['’]s\b", between):
            between = between[2:]
        if re.search(r"[;:.–—()\"“”]", between) or (found and "," in between) or ("," in between and phrase):
            close()
            found.append(_Piece("," if "," in between else ".", frozenset()))
        if _END.fullmatch(token.word) and not token.capital:
            close()
            found.append(_Piece(".", frozenset(), None, "sub"))
        elif token.word in _BE or (token.word.endswith("ly") and not token.capital):
            close()
        elif token.word in _RELATIVE:
            close()
            found.append(_Piece("R", frozenset()))
        elif token.word in _JOINING:
            close()
            found.append(_Piece("C", frozenset()))
        elif token.word in PREPOSITIONS and not token.capital:
            if not (token.word in _OFF and found and not phrase and found[-1].kind in "VW"):
                close()
                found.append(
                    _Piece("P", frozenset(), None, "" if _BY_SO_MUCH.match(text, token.start - 1) else token.word)
                )
        elif token.telling and not token.capital and _is_verb(text, token, bool(phrase)):
            close()
            infinitive = "to" if text[: token.start].endswith(("to ", "to be ")) else ""
            read = text[: token.end] if _BY_SO_MUCH.match(text, token.end) else text
            done_to = voice(read, token) or _REDUCED.match(text, token.start)
            found.append(_Piece("W" if done_to else "V", frozenset(), token, infinitive))
        elif token.word in _OWNERS and not found and not phrase:
            owned = True
        elif token.word in _PRONOUNS:
            close()
            pronoun = True
        elif token.telling and not token.word[0].isdigit() and token.word not in CALENDAR:
            phrase.add(stem(country(token.word)) if token.capital else token.stem)
            capital = token.capital and (bool(token.start) or _NAMED.match(text) is not None)
    close()
    return found


def _is_verb(text: str, token: Token, after_noun: bool) -> bool:
    if _DETERMINED.search(text[: token.start]):
        return False
    if token.word in ACTS or (token.word in _UNCHANGED and (after_noun or voice(text, token))):
        return True
    if re.search(
        r"[\d]\s+$|\b(?:two|three|four|five|six|seven|eight|nine|ten|most|many|some|all|no)\s+$", text[: token.start]
    ):
        return False
    if token.word.endswith("s") and (not after_noun or _NO_VERB.match(text, token.end)):
        return False
    return verbal(text, token)
