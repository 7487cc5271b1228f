"""Whether a sentence tells its numbers and names of the same things as its quotes do. Pure.

Every number and name of a sentence can stand in its quote, and the sentence still be false: "Varn beat Osk" for
"Osk beat Varn", or the price of the one for that of the other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from rag.anchors import ACROSS, Token, likeness, tokens
from rag.spelling import PAST_FORMS, is_short_for
from rag.terms import CALENDAR, STOP_WORDS, names, numbers, stem

LEAST_LIKE = 1.0
"""How alike the neighbourhoods of two values have to be for one to stand in place of the other."""
CLEARLY = 1.4
"""How much more alike than where the value itself stands, or than where both stand that have changed places."""
BETWEEN = 5
"""How many telling words at most stand between who did something and to whom."""
FAR = 12
"""The same, in a quote, which may say more."""

_SCALE = r"(?:hundred|thousand|million|billion|trillion)"
_SMALL = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen"
    "|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
)
_NUMBER = re.compile(
    rf"(?P<sign>[$£€¥])?\s?(?P<value>\d[\d,]*(?:\.\d+)?(?:[\s-]{_SCALE}\b)?|\b(?:{_SMALL})\b(?:[\s-](?:{_SMALL}|{_SCALE})\b)*)"
    r"(?P<share>\s?(?:%|per ?cent\b))?",
    re.IGNORECASE,
)
_RANGE = re.compile(r"\S*?\s?(?:[-–—]\s?\d|(?:to|or)\s\d|of\b)")
_SAYING: Final = frozenset(
    map(
        stem,
        "say said tell told state argue claim explain add write announce warn deny insist ask report according".split(),
    )
)


Value = float | str
_PLACING: Final = frozenset("in at on during since".split())
_PARTICLES: Final = frozenset("al el de da van von der bin".split())
_JOINS: Final = re.compile(r"\s*(?:-|(?:al|el)-|(?:de|da|van|von|der|bin|al|el)\s+)?", re.IGNORECASE)
_TITLE: Final = re.compile(r"[ivx]+|c[efot]o|mps?|vp|pm|tv")
_LATELY: Final = frozenset("today yesterday tomorrow tonight week month year day".split())
_OF_PLACE: Final = re.compile(r"(?:ese|ish|ian|can|ean|ch|tch)$")
_AUXILIARY: Final = frozenset("will would may might can could shall should must to did does do not also".split())
_ACTS: Final = PAST_FORMS | {
    "beat",
    "fell",
    "left",
    "shot",
    "hit",
    *"attack defeat ouster sue replace lead follow trail".split(),
}
"""Forms of verbs, and words for acts, that do not look like a verb."""
_DETERMINERS: Final = frozenset("the a an its his her their this these those that of in".split())
SIDE = 3
"""How many telling words on either side of a verb are what it is told of."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A value, what kind of value it is, and where it stands."""

    value: Value
    kind: str
    token: Token
    head: str = ""
    role: str = ""
    parts: frozenset[str] = frozenset()


Slots = Callable[[str, Sequence[Token]], Iterable[Slot]]


def misplaced_number(sentence: str, quotes: Sequence[str]) -> tuple[str, str] | None:
    """A number of a sentence and the one that the quotes have in its place, though both stand in them; else None.

    >>> misplaced_number("Men had 74% and women 82%.", ["Men had 82% and women 74%."])
    ('74', '82')
    """
    found = _misplaced(sentence, quotes, _numbers) or _miscounted(sentence, quotes)
    return (f"{found[0]:g}", f"{found[1]:g}") if found else None


def misplaced_name(sentence: str, quotes: Sequence[str], context: str = "") -> tuple[str, str] | None:
    """A name of a sentence and the one that the quotes have in its place; None where there is none.

    >>> misplaced_name("Ada Osk sang nine songs.", ["Ada Osk spoke, and Eva Lund sang nine songs."])
    ('osk', 'lund')
    """
    known = _known([sentence, *quotes, context])
    found = _misplaced(sentence, quotes, lambda text, found: _names(text, found, known))
    return (str(found[0]), str(found[1])) if found else _substituted(sentence, quotes, known)


def _substituted(sentence: str, quotes: Sequence[str], known: Set[str]) -> tuple[str, str] | None:
    """A name right before a word that the quotes have right after another name, and never after this one."""
    ours = tokens(sentence)
    said = [(slot, after) for slot in _names(sentence, ours, known) if (after := _next(slot.token, ours))]
    for quote in quotes:
        theirs = tokens(quote)
        slots = list(_names(quote, theirs, known))
        told = [(slot, after) for slot in slots if (after := _next(slot.token, theirs))]
        for slot, after in said:
            doing = [(other, verb) for other, verb in told if verb.stem == after.stem and not other.role]
            written = sentence[slot.token.start : slot.token.end]
            if slot.role or not doing or after.stem in _SAYING or is_short_for(written, quote):
                continue
            others = [other for other, verb in doing if _voice(quote, verb) == _voice(sentence, after)]
            # "Osk and Lund sang" tells of Osk, too
            beside = [each for each in slots for other in others if 0 <= other.token.place - each.token.place <= 5]
            elsewhere = [other for other, verb in told if verb.stem == after.stem]
            if others and not any(slot.parts & each.parts for each in [*beside, *elsewhere]):
                return str(slot.value), str(others[0].value)
    return None


def _next(token: Token, text: Sequence[Token]) -> Token | None:
    after = [each for each in text if each.telling and each.start > token.start]
    return after[0] if after and after[0].clause == token.clause and not after[0].capital else None


def _same_head(slot: Slot, text: Sequence[Token], told: Sequence[tuple[Slot, Sequence[Token]]]) -> bool:
    """Whether the word after a value is the one after it in the quotes, too."""
    ours = {stem for side, stem in _beside(slot, text) if side == "after" and not stem[0].isdigit()}
    theirs = (_beside(other, words) for other, words in told if other.value == slot.value)
    return any(("after", stem) in pairs for pairs in theirs for stem in ours)


def _beside(slot: Slot, text: Sequence[Token]) -> set[tuple[str, str]]:
    """The telling words right before and right after a value, with the side they are on."""
    near = [each for each in text if each.telling and each.clause == slot.token.clause]
    before = [each.stem for each in near if each.start < slot.token.start and each.stem not in slot.parts]
    after = [each.stem for each in near if each.start > slot.token.start]
    return {*(("before", stem) for stem in before[-1:]), *(("after", stem) for stem in after[:1])}


def turned(sentence: str, quotes: Sequence[str], context: str = "") -> tuple[str, str, str] | None:
    """Who, did what, to whom: told the other way round than in the quotes; None where nothing is.

    >>> turned("Varn sued Osk.", ["In May Osk sued Varn."], "It is Varn and Osk.")
    ('varn', 'sued', 'osk')
    >>> turned("Varn was sued by Osk.", ["In May Osk sued Varn."], "It is Varn and Osk.")
    """
    return _turned_names(sentence, quotes, _known([sentence, *quotes, context])) or _turned_words(sentence, quotes)


def _turned_names(sentence: str, quotes: Sequence[str], known: Set[str]) -> tuple[str, str, str] | None:
    ours = tokens(sentence)
    named = list(_names(sentence, ours, known))
    for quote in quotes:
        theirs = tokens(quote)
        told = list(_names(quote, theirs, known))
        for one, other in combinations(named, 2):
            for link in _links(sentence, ours, one.token, other.token, BETWEEN):
                found = set()
                for first, second in combinations(told, 2):
                    if {first.value, second.value} == {one.value, other.value} and any(
                        near.stem == link.stem for near in _links(quote, theirs, first.token, second.token, FAR)
                    ):
                        pair = (first.value, second.value)
                        found.add(pair[::-1] if _passive(quote, first.token, second.token) else pair)
                pair = (one.value, other.value)
                if found and (pair[::-1] if _passive(sentence, one.token, other.token) else pair) not in found:
                    return str(one.value), link.word, str(other.value)
    return None


def _turned_words(sentence: str, quotes: Sequence[str]) -> tuple[str, str, str] | None:
    """A word that has on its left what the quotes have on its right, and the other way round, and nothing else."""
    ours = tokens(sentence)
    for quote in quotes:
        theirs = tokens(quote)
        for link in ours:
            others = [each for each in theirs if each.stem == link.stem]
            if not link.telling or not _verbal(sentence, link) or link.stem in _SAYING or len(others) != 1:
                continue
            if not _verbal(quote, others[0]) or _voice(sentence, link) != _voice(quote, others[0]):
                continue
            for most in (SIDE - 1, SIDE):
                (left, right), (before, after) = _sides(link, ours, most), _sides(others[0], theirs, most)
                if left & after and right & before and not left & before and not right & after:
                    return min(left & after), link.word, min(right & before)
    return None


def _sides(token: Token, text: Sequence[Token], most: int) -> tuple[set[str], set[str]]:
    telling = [near for near in text if near.telling and near.word[0].isalpha() and near.word not in CALENDAR | _LATELY]
    before = [near.stem for near in telling if near.start < token.start and near.clause == token.clause]
    place = next((near.start for near in text if near.start > token.start and near.word in _PLACING), text[-1].end)
    after = [near.stem for near in telling if token.start < near.start < place and near.clause <= token.clause + 1]
    return set(before[-most:]), set(after[:most])


def _verbal(text: str, token: Token) -> bool:
    """Whether a word looks like a verb where it stands."""
    if token.capital or not token.word[0].isalpha() or re.search(r"(?:or|er|ors|ers|ion|ions|ment|ments)$", token.word):
        return False
    if re.search(r"(?:ed|ing)$", token.word):
        return True
    before = text[: token.start].split()[-1:] or [""]
    return before[0].casefold() in _AUXILIARY or (
        re.search(r"[^su]s$", token.word) is not None and before[0].casefold() not in _DETERMINERS
    )


def _voice(text: str, token: Token) -> bool:
    """Whether a word is told of whom it was done to."""
    if re.match(r"\W+by\b", text[token.end :]):
        return True
    return re.search(r"\b(?:is|are|was|were|be|been|being)\s+(?:\w+ly\s+)?$", text[: token.start]) is not None


def _links(written: str, text: Sequence[Token], one: Token, other: Token, most: int) -> list[Token]:
    """The telling words between two names that may be what the one did to the other."""
    if other.place - one.place > most + 1 or re.search(r"[,;:–—]", written[one.end : other.start]):
        return []
    return [
        each
        for each in text
        if one.start < each.start < other.start
        and each.telling
        and each.word[0].isalpha()
        and (_verbal(written, each) or each.word in _ACTS)
        and each.stem not in _SAYING
        and not (_OF_PLACE.search(one.word) and not written[one.end : each.start].strip())
    ]


def _passive(text: str, one: Token, other: Token) -> bool:
    return re.search(r"\bby\b|\breplaced with\b", text[one.end : other.start]) is not None


def _known(texts: Sequence[str]) -> frozenset[str]:
    """The names of these texts: what is written with a capital where no sentence begins."""
    return frozenset(name for text in texts for name in names(text)) - CALENDAR


def _names(text: str, found: Sequence[Token], known: Set[str]) -> Iterator[Slot]:
    """Runs of capitalised words that are names, each at its last word and by that."""
    run: Token | None = None
    role, parts = "", set[str]()
    for token in found:
        if run is not None and token.word in _PARTICLES and not token.capital:
            continue
        named = token.capital and token.word in known and not _TITLE.fullmatch(token.word)
        if run is not None and not (named and _JOINS.fullmatch(text[run.end : token.start])):
            yield Slot(run.stem, "name", run, "", role, frozenset(parts))
            run = None
        if named:
            role = _role(text[: token.start]) if run is None else role
            role = "of" if text[token.end : token.end + 2] in ("'s", "’s") else role
            parts = {token.stem, *(parts if run is not None else ())}
            run = token
    if run is not None:
        yield Slot(run.stem, "name", run, "", role, frozenset(parts))


def _role(before: str) -> str:
    """The preposition that stands before a name, "" where none does."""
    match = re.search(
        r"\b(of|from|in|at|on|to|for|with|by|near|into|over|under|against)(?: the)?\s+(?:[a-z-]+ )?$", before
    )
    return match[1] if match else ""


def _misplaced(sentence: str, quotes: Sequence[str], slots: Slots) -> tuple[Value, Value] | None:
    """The first value that stands where the quotes have another of its kind, and that other one.

    Where the sentence has both, they have to have changed places.
    """
    ours = tokens(sentence)
    said = list(slots(sentence, ours))
    told = [(slot, theirs) for quote in quotes for theirs in [tokens(quote)] for slot in slots(quote, theirs)]

    def like(slot: Slot, value: Value) -> float:
        near = [
            likeness(slot.token, ours, other.token, theirs, without[slot.kind], 0 if slot.kind == "name" else ACROSS)
            for other, theirs in told
            if other.kind == slot.kind
            and (other.value == value or (value == slot.value and other.parts & slot.parts))
            and (value == slot.value or other.role == slot.role)
        ]
        return max(near, default=-1.0)

    without = {slot.kind: frozenset(each.token.stem for each in said if each.kind == slot.kind) for slot in said}
    without["name"] = frozenset(each.stem for each in ours if each.capital)
    for slot in said:
        if slot.head:
            continue
        alike = like(slot, slot.value)
        if alike < 0:
            continue
        for value in {other.value for other, _ in told if other.kind == slot.kind and not other.parts & slot.parts}:
            if value == slot.value:
                continue
            instead = like(slot, value)
            both = [other for other in said if other.kind == slot.kind and other.value == value]
            if both:
                if slot.kind != "name" and _same_head(slot, ours, told):
                    continue
                straight = alike + max(like(other, value) for other in both)
                crossed = instead + max(like(other, slot.value) for other in both)
                if crossed >= max(LEAST_LIKE, (2 if slot.kind in ("year", "name") else CLEARLY) * straight):
                    return slot.value, value
            elif instead >= max(LEAST_LIKE, CLEARLY * alike) and (
                slot.kind != "name"
                or _beside(slot, ours)
                & set().union(*(_beside(other, theirs) for other, theirs in told if other.value == value))
            ):
                return slot.value, value
    return None


def _miscounted(sentence: str, quotes: Sequence[str]) -> tuple[Value, Value] | None:
    """A number before a word that has another number before it in the quotes, which have the first one too."""
    told = [
        slot
        for quote in quotes
        for slot in _numbers(quote, tokens(quote))
        if slot.kind == "count" and not _RANGE.match(quote, slot.token.start)
    ]
    for slot in _numbers(sentence, tokens(sentence)):
        counted = {other.value for other in told if other.head == slot.head}
        vague = _RANGE.match(sentence, slot.token.start)
        elsewhere = {other.value for other in told if other.role}
        if slot.head and not vague and counted and slot.value not in counted and slot.value in elsewhere:
            return slot.value, min(counted)
    return None


def _numbers(text: str, found: Sequence[Token]) -> Iterator[Slot]:
    for match in _NUMBER.finditer(text):
        values = numbers(match["value"])
        token = next((each for each in found if each.end > match.start("value")), None)
        if len(values) != 1 or token is None:
            continue
        (value,) = values
        kind = match["sign"] or ("%" if match["share"] else "")
        if not kind:
            kind = "year" if 1500 <= value <= 2100 and value == int(value) else "count"
        after = [each for each in found if each.telling and each.start >= match.end() and each.word[0].isalpha()]
        head = after[0].stem if kind == "count" and after and after[0].clause == token.clause else ""
        right = (
            re.match(rf"\W+(?:\w+\s+)?{re.escape(after[0].word)}", text[match.end() :], re.IGNORECASE) if head else None
        )
        stops = right is not None and any(word in STOP_WORDS for word in right[0].casefold().split())
        yield Slot(value, kind, token, head, "counted" if right and not stops else "")
