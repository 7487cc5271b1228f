"""Whether a sentence tells its numbers and names of the same things as its quotes do. Pure.

Every number and name of a sentence can stand in its quote, and the sentence still be false: "Varn beat Osk" for
"Osk beat Varn", or the price of the one for that of the other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set

from rag.checks.anchors import ACROSS, Token, likeness, tokens
from rag.checks.roles import OF_PLACE, SAYING, verbal, voice
from rag.checks.slots import Slot, Slots, Value, dated, known_names, named, numbered
from rag.checks.speakers import beside
from rag.checks.spelling import PAST_FORMS, is_short_for

LEAST_LIKE = 1.0
"""How alike the neighbourhoods of two values have to be for one to stand in place of the other."""
CLEARLY = 1.4
"""How much more alike than where the value itself stands, or than where both stand that have changed places."""
_OBJECT = re.compile(r"(?: (?:the|an?|its|his|her|their))?(?: [a-z-]+)? (?=[A-Z])")
"""What may stand between a verb and the name of whom it is done to."""
_CLOSED = re.compile(rf", (?:\d+, )?(\w+ed|{'|'.join(sorted(PAST_FORMS))})\b")
_JOINED = re.compile(rf"[^.;:A-Z]{{0,60}}? and (\w+ed|{'|'.join(sorted(PAST_FORMS))})\b")
_RANGE = re.compile(r"\S*?\s?(?:[-–—]\s?\d|(?:to|or)\s\d|of\b)")


def misplaced_number(sentence: str, quotes: Sequence[str]) -> tuple[str, str] | None:
    """A number of a sentence and the one that the quotes have in its place, though both stand in them; else None.

    >>> misplaced_number("Men had 74% and women 82%.", ["Men had 82% and women 74%."])
    ('74', '82')
    """
    found = _misplaced(sentence, quotes, numbered) or _miscounted(sentence, quotes)
    return (f"{found[0]:.12g}", f"{found[1]:.12g}") if found else None


def misplaced_name(sentence: str, quotes: Sequence[str], context: str = "") -> tuple[str, str] | None:
    """A name of a sentence and the one that the quotes have in its place; None where there is none.

    >>> misplaced_name("Ada Osk sang nine songs.", ["Ada Osk spoke, and Eva Lund sang nine songs."])
    ('osk', 'lund')
    """
    known = known_names([sentence, *quotes, context])
    found = _misplaced(sentence, quotes, lambda text, found: named(text, found, known))
    return (str(found[0]), str(found[1])) if found else _substituted(sentence, quotes, known, context)


def misplaced_day(sentence: str, quotes: Sequence[str]) -> tuple[str, str] | None:
    """A weekday or month of a sentence and the one that the quotes have in its place; None where there is none.

    >>> misplaced_day("It will rain on Sunday.", ["It will rain on Friday.", "Sunday will be dry."])
    ('sunday', 'friday')
    """
    found = _misplaced(sentence, quotes, lambda _, found: dated(found))
    return (str(found[0]), str(found[1])) if found else None


def _substituted(sentence: str, quotes: Sequence[str], known: Set[str], context: str) -> tuple[str, str] | None:
    """A name right before a word that the quotes have right after another name, and never after this one."""
    if other := _other_part(sentence, quotes, known, context):
        return other
    ours = tokens(sentence)
    said = [(slot, after) for slot in named(sentence, ours, known) if (after := _next(slot.token, ours))]
    for quote in quotes:
        theirs = tokens(quote)
        slots = list(named(quote, theirs, known))
        told = [(_subject(slot, slots), after) for slot in slots for after in _acts(slot.token, quote, theirs)]
        for slot, after in said:
            doing = [(other, verb) for other, verb in told if verb.stem == after.stem and not other.role]
            written = sentence[slot.token.start : slot.token.end]
            if slot.role or not doing or after.stem in SAYING or is_short_for(written, quote):
                continue
            others = [other for other, verb in doing if voice(quote, verb) == voice(sentence, after)]
            # "Osk and Lund sang" tells of Osk, too
            beside = [each for each in slots for other in others if 0 <= other.token.place - each.token.place <= 5]
            elsewhere = [other for other, verb in told if verb.stem == after.stem]
            if others and not any(slot.parts & each.parts for each in [*beside, *elsewhere]):
                return str(slot.value), str(others[0].value)
    return None


def _other_part(sentence: str, quotes: Sequence[str], known: Set[str], context: str) -> tuple[str, str] | None:
    """A name for by whom or to whom something was done, where the quotes have another one and never this one."""
    told = [(text, dict(_done_by(text, known)), dict(_done_to(text, known))) for text in quotes]
    for verb, slots in _done_by(sentence, known):
        others = [each for _, by, _ in told for each in by.get(verb, [])]
        others += [each for text in quotes for act, each in _doing(text, known) if act == verb]
        if others and not _shared(slots, others, sentence, quotes, context):
            return str(slots[0].value), str(others[0].value)
    for verb, slots in _done_to(sentence, known):
        for text, _, to in told:
            anywhere = list(named(text, tokens(text), known))
            if (others := to.get(verb, [])) and not _shared(slots, [*others, *anywhere], sentence, quotes, context):
                return str(slots[0].value), str(others[0].value)
    return None


def _shared(ours: Sequence[Slot], theirs: Sequence[Slot], sentence: str, quotes: Sequence[str], context: str) -> bool:
    """Whether any two of these names are the same, or stand for the same: "Rovers" and "Varrin"."""
    return any(
        one.parts & other.parts
        or (one.token.word.upper() in sentence and is_short_for(one.token.word.upper(), " ".join(quotes)))
        or is_short_for(one.token.word.capitalize(), other.token.word.capitalize())
        or beside(one.parts, other.parts, context)
        for one in ours
        for other in theirs
    )


def _doing(text: str, known: Set[str]) -> Iterator[tuple[str, Slot]]:
    """The stem of each word right after a name, with that name, as who does it."""
    found = tokens(text)
    for slot in named(text, found, known):
        for after in _acts(slot.token, text, found):
            if not slot.role and not voice(text, after):
                yield after.stem, slot


def _done_by(text: str, known: Set[str]) -> Iterator[tuple[str, list[Slot]]]:
    """The stem of each verb before a "by", with the names after that."""
    found = tokens(text)
    slots = list(named(text, found, known))
    for verb in found:
        if verb.telling and verb.stem not in SAYING and re.match(r" by\b", text[verb.end :]):
            near = _after(verb, slots)
            if near and (near[0].role == "by" or _attributive(near[0])):
                yield verb.stem, near


def _done_to(text: str, known: Set[str]) -> Iterator[tuple[str, list[Slot]]]:
    """The stem of each verb, with the names in what it is done to."""
    found = tokens(text)
    slots = list(named(text, found, known))
    for verb in found:
        if verb.telling and verb.stem not in SAYING and verbal(text, verb) and not voice(text, verb):
            near = _after(verb, slots)
            if near and _OBJECT.match(text, verb.end, near[0].token.start + 1):
                yield verb.stem, near


def _after(verb: Token, slots: Sequence[Slot]) -> list[Slot]:
    """The names within a few words after a verb, in its clause."""
    return [each for each in slots if 0 < each.token.place - verb.place <= 5 and each.token.clause == verb.clause]


def _subject(slot: Slot, slots: Sequence[Slot]) -> Slot:
    """The name that another one right after it belongs to: "Osk" in "Osk of Lund sang"."""
    before = [each for each in slots if slot.token.place - each.token.place == len(slot.parts)]
    return before[-1] if slot.role in ("of", "from") and before else slot


def _next(token: Token, text: Sequence[Token]) -> Token | None:
    after = [each for each in text if each.telling and each.start > token.start]
    return after[0] if after and after[0].clause == token.clause and not after[0].capital else None


def _acts(name: Token, text: str, found: Sequence[Token]) -> list[Token]:
    """What is told of a name: the word after it, or the verb after its comma, and the one joined to that by "and"."""
    first = _next(name, found)
    if first is None and (match := _CLOSED.match(text, name.end)):
        first = next(each for each in found if each.start == match.start(1))
    if first is None or first.start - name.end > 2:
        return [first] if first else []
    joined = _JOINED.match(text, first.end)
    return [first, *(each for each in found if joined and each.start == joined.start(1))]


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

    without = {slot.kind: frozenset(each.token.stem for each in said if each.kind == slot.kind) for slot in said}
    without["name"] = frozenset(each.stem for each in ours if each.capital)
    for slot in said:
        alike = like(slot, slot.value)
        if alike < 0:
            continue
        for value in {other.value for other, _ in told if other.kind == slot.kind and not other.parts & slot.parts}:
            if slot.kind == "name" and all(_attributive(each) for each, _ in told if each.value == value):
                continue
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
