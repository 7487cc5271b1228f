"""Whether a sentence tells its numbers and names of the same things as its quotes do. Pure.

Every number and name of a sentence can stand in its quote, and the sentence still be false: "Varn beat Osk" for
"Osk beat Varn", or the price of the one for that of the other.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.checks.people.titles import together
from rag.checks.text.anchors import ACROSS, Token, likeness, tokens
from rag.checks.text.peoples import OF_PLACE
from rag.checks.text.slots import Slot, Slots, Value, dated, known_names, named, numbered
from rag.checks.text.verbs import SAYING

LEAST_LIKE = 1.0
"""How alike the neighbourhoods of two values have to be for one to stand in place of the other."""
CLEARLY = 1.4
"""How much more alike than where the value itself stands, or than where both stand that have changed places."""
_RANGE = re.compile(r"\S*?\s?(?:[-–—]\s?\d|(?:to|or)\s\d|of\b)")

_BY = re.compile(r"\bby\b", re.IGNORECASE)
_STEP = re.compile(r"\bby \S*\d\S*(?: [^\s\d,;.]+){0,4}(?= to \S*\d)", re.IGNORECASE)


def misplaced_number(sentence: str, quotes: Sequence[str]) -> tuple[str, str] | None:
    """A number of a sentence and the one that the quotes have in its place, though both stand in them; else None.

    >>> misplaced_number("Men had 74% and women 82%.", ["Men had 82% and women 74%."])
    ('74', '82')
    >>> misplaced_number("They may land 900 tonnes of cod.", ["The cod quota rose by 300 tonnes to 900 tonnes."])
    """
    if not _BY.search(sentence):  # what something rose by is not told instead of what it rose to
        quotes = [_STEP.sub("", quote) for quote in quotes]
    found = _misplaced(sentence, quotes, numbered) or _miscounted(sentence, quotes)
    return (f"{found[0]:.12g}", f"{found[1]:.12g}") if found else None


def misplaced_name(sentence: str, quotes: Sequence[str], context: str = "") -> tuple[str, str] | None:
    """A name of a sentence and the one that the quotes have in its place; None where there is none.

    >>> misplaced_name("Ada Osk sang nine songs.", ["Ada Osk spoke, and Eva Lund sang nine songs."])
    ('osk', 'lund')
    """
    known = known_names([sentence, *quotes, context])
    found = _misplaced(sentence, quotes, lambda text, found: named(text, found, known))
    return (str(found[0]), str(found[1])) if found else None


def misplaced_day(sentence: str, quotes: Sequence[str]) -> tuple[str, str] | None:
    """A weekday or month of a sentence and the one that the quotes have in its place; None where there is none.

    >>> misplaced_day("It will rain on Sunday.", ["It will rain on Friday.", "Sunday will be dry."])
    ('sunday', 'friday')
    """
    found = _misplaced(sentence, quotes, lambda _, found: dated(found))
    return (str(found[0]), str(found[1])) if found else None


def _same_head(slot: Slot, text: Sequence[Token], told: Sequence[tuple[Slot, Sequence[Token]]]) -> bool:
    """Whether the word after a value is the one after it in the quotes, too."""
    ours = {stem for side, stem in _beside(slot, text) if side == "after" and not stem[0].isdigit()}
    theirs = (_beside(other, words) for other, words in told if other.value == slot.value)
    return any(("after", stem) in pairs for pairs in theirs for stem in ours)


def _beside(slot: Slot, text: Sequence[Token]) -> set[tuple[str, str]]:
    """The telling words right before and right after a value, with the side they are on."""
    near = [each for each in text if each.telling and each.clause == slot.token.clause]
    if slot.kind == "name":
        near = [each for each in near if not each.capital]  # "Osk of Varn sang" tells that Osk sang
    before = [each.stem for each in near if each.start < slot.token.start and each.stem not in slot.parts]
    after = [each.stem for each in near if each.start > slot.token.start]
    return {*(("before", stem) for stem in before[-1:]), *(("after", stem) for stem in after[:1])}


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

    one_party = [each for quote in quotes for each in together(quote)]
    without = {slot.kind: frozenset(each.token.stem for each in said if each.kind == slot.kind) for slot in said}
    # who says it is looked at by `speakers.py`
    without["name"] = SAYING | {each.stem for each in ours if each.capital}
    for slot in said:
        alike = like(slot, slot.value)
        if alike < 0:
            continue
        for value in {other.value for other, _ in told if other.kind == slot.kind and not other.parts & slot.parts}:
            if slot.kind == "name" and all(_attributive(each) for each, _ in told if each.value == value):
                continue
            if slot.kind == "name" and any({slot.value, value} <= names for names in one_party):
                continue  # what the head of a firm says, the firm says
            if value == slot.value or (slot.kind == "year" and _adjoining(slot.value, value, told)):
                continue
            heads = {other.value for other, _ in told if other.head == slot.head}
            if slot.head and not {slot.value, value} <= heads:
                continue
            instead = like(slot, value)
            both = [other for other in said if other.kind == slot.kind and other.value == value]
            if both:
                if slot.head or (slot.kind != "name" and _same_head(slot, ours, told)):
                    continue
                if slot.kind == "name" and not any(
                    _beside(mine, ours)
                    & set().union(*(_beside(other, theirs) for other, theirs in told if other.value == its))
                    for mine, its in ((slot, value), *((other, slot.value) for other in both))
                ):
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


def _attributive(slot: Slot) -> bool:
    """Whether a name is that of a people or place told of whom it stands before: "Belgian champion Lotte Maes"."""
    return slot.kind == "name" and len(slot.parts) == 1 and OF_PLACE.search(slot.token.word) is not None


def _adjoining(one: Value, other: Value, told: Sequence[tuple[Slot, Sequence[Token]]]) -> bool:
    """Whether two values stand so near each other in the quotes that their neighbours cannot tell them apart."""
    first, second = ([slot.token for slot, _ in told if slot.value == value] for value in (one, other))
    return any(abs(a.place - b.place) <= 1 for a in first for b in second)


def _miscounted(sentence: str, quotes: Sequence[str]) -> tuple[Value, Value] | None:
    """A number before a word that has another number before it in the quotes, which have the first one too."""
    told = [
        slot
        for quote in quotes
        for slot in numbered(quote, tokens(quote))
        if slot.kind == "count" and not _RANGE.match(quote, slot.token.start)
    ]
    for slot in numbered(sentence, tokens(sentence)):
        counted = {other.value for other in told if other.head == slot.head}
        vague = _RANGE.match(sentence, slot.token.start)
        elsewhere = {other.value for other in told if other.role}
        if slot.head and not vague and counted and slot.value not in counted and slot.value in elsewhere:
            return slot.value, min(counted)
    return None
