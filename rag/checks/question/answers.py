"""Whether a sentence answers the question at all: why and not only that, so many people and not branches. Pure.

Each of these is true of the articles and no answer, which is how a small model fills what they do not tell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from typing import Final

from rag.checks.numbers.units import UNITS
from rag.checks.people.fates import fates
from rag.checks.people.speakers import speakers
from rag.checks.text.anchors import tokens
from rag.checks.text.peoples import OF_PLACE
from rag.checks.text.slots import NAME, numbered
from rag.checks.text.spelling import base
from rag.kind import Kind, is_open, kind_of
from rag.terms import CALENDAR, CARDINAL, STOP_WORDS, names, numbers, stem, terms, words

RETOLD: Final = 0.6
"""Share of a question's terms that a sentence has to have to tell again what was asked about."""
APPOSED: Final = 0.5
"""Share of what is told of somebody that has to stand beside the name."""

_WHY = re.compile(
    r"^\W*(?:(?:and|so|but) )?(?:why\b|what (?:was|is|were|are) the reasons?\b|for what reason\b)", re.IGNORECASE
)
_SPAN = rf"(?:[\w-]+ )?(?:\d+|{CARDINAL}|an?|several|many) (?:more )?(?:minute|hour|day|week|month|year|decade)s?\b"
_REASON = re.compile(
    r"\b(?:becaus\w*|since|as (?:it|he|she|they|we|there|the|its|his|her|their|no|[A-Z]\w+)|due|owing|thanks|result\w*"
    r"|caus\w+|led|leads?|prompt\w+|forc\w+|trigger\w+|blam\w+|reasons?|so that|so it|in order|over|amid|following"
    rf"|after(?! {_SPAN})|given|with|without|by \w+ing|for \w+ing|for (?:his|her|its|their|the)"
    r"|mak(?:es?|ing)|made|cut|push\w*|driv\w+|drove|lack|shortage|fear\w*|concern\w*|worr\w+|mean(?:s|t)?|if|when"
    r"|fail\w*|too|unable|need\w*|want\w*|hop\w+|explain\w*|believ\w+"
    r"|accus\w+|protest\w*|saying|not|no|to (?!be\b)[a-z]+)\b|, \w+ing\b|[:;–—]|n['’]t\b"
    rf"|\bwithin {_SPAN}",
    re.IGNORECASE,
)
_HOW_MANY = re.compile(
    r"\bhow many ((?:[\w'’-]+ ){0,2}?[\w'’-]+?)s? (?:do|did|does|was|were|will|would|is|are|has|have|had|can|could|of"
    r"|in|for|at|on|to|from|by|with|who|that)\b|\bhow many ([a-z]+)",
    re.IGNORECASE,
)
_PEOPLE: Final = frozenset(
    map(
        stem,
        "people person persons man men woman women child children boy girl adult resident worker employee staff member"
        " passenger patient victim soldier officer firefighter teacher student pupil player fan voter customer villager"
        " civilian migrant refugee prisoner doctor nurse visitor guest tourist spectator driver councillor delegate"
        " lawmaker senator deputy minister crew life lives death casualty fatality injured dead survivor hostage"
        " suspect homeowner shareholder investor volunteer farmer miner fisherman sailor guard".split(),
    )
)
_THINGS: Final = (
    "branch shop store outlet restaurant cafe supermarket",
    "home house household property flat apartment dwelling",
    "car vehicle lorry truck bus van tram",
    "train carriage locomotive",
    "flight plane aircraft jet helicopter",
    "ship boat vessel ferry",
    "school university college",
    "hospital clinic",
    "country nation state",
    "city town village",
    "acre hectare",
    "day week month year hour minute",
    "goal point",
    "game match",
    "bridge tunnel road",
    "tree animal bird dog cat horse cow sheep bat",
    "film book song album painting",
    "factory plant mine",
    "dollar euro pound crown yen rupee peso",
    "mile kilometre metre",
)
"""Things that are counted, those of one line for each other."""
_COUNTED: Final = {stem(word): line for line, group in enumerate(_THINGS) for word in group.split()} | dict.fromkeys(
    _PEOPLE, -1
)
_WHICH_NAMED = re.compile(
    r"\b(?:which|what) (?:[a-z]+ ){0,2}?(?:company|firm|bank|insurer|club|team|airline|newspaper|broadcaster|studio"
    r"|retailer|country|city|town|state|county|province|party|university"
    r"|(?:companie|countrie|partie|bank|firm|club|team|member|councillor|minister|senator|player|author|director|judge)s)"
    r"\b(?! (?:of|for)\b)",
    re.IGNORECASE,
)
_WHERE = re.compile(r"^\W*(?:and )?where\b(?!['’]s the| (?:does|do) (?:the|it) [\w ]+ come from)", re.IGNORECASE)
_PLACED = re.compile(
    r"\b(?:in|at|on|near|from|to|into|inside|outside|under|off|along|between|behind|through|of|across|around|by|for"
    r"|aboard|beneath|above|beside|with|within|towards?) (?P<where>[^,;.]+)",
    re.IGNORECASE,
)
_HOW_LONG = re.compile(r"\bhow long\b(?! (?:ago|is the (?:list|queue|line)))", re.IGNORECASE)
_LENGTH = re.compile(
    rf"\b(?:second|minute|hour|day|night|week|fortnight|month|year|decade|centur|season|term|{UNITS}|life|half|overnight"
    r"|since|until|till|from .* to|between|indefinite|permanent|forever|ever)|-(?:day|week|month|year|mile|hour|minute)"
    r"|\d(?:km|m|ft|h)\b",
    re.IGNORECASE,
)
_KINDS: Final = (
    ("net", "operating", "gross", "pre-tax"),
    ("quarter-final", "semi-final", "final"),
    ("first half", "second half"),
    ("first quarter", "second quarter", "third quarter", "fourth quarter"),
    ("men's", "women's"),
)
"""Words of which one does not stand for another, however alike the rest is."""
_WHO = re.compile(r"^\W*[Ww]ho (?!(?:is|was|are|were) (?:the |an? )?[A-Z][\w .'’-]*\W*$)(?P<rest>.*)")
"""Who did what; not who somebody is."""
_SUBJECT = re.compile(
    r"((?:The|Its|Their|His|Her) [^,;.]{3,80}?) (?:is|are|was|were|has|have|had|will|would) (?:been )?\w+(?:ing|ed)\b"
)
"""Of whom it tells what they did, and not who they are."""
_WHOSE = re.compile(r"^\W*whose\b", re.IGNORECASE)
_OWNED = re.compile(r"['’]s\b|s['’] |\b(?:belong\w*|own\w*|of|his|her|their|my|by)\b", re.IGNORECASE)
_AGE_ASKED = re.compile(r"\bhow old\b|\bwhat age\b|\b(?:is|was) the age of\b", re.IGNORECASE)
_AGES = (
    re.compile(
        rf"(?P<whose>{NAME})(?: \([^)]*\))?,(?: who (?:is|was|turned))? (?:aged )?(?P<age>\d{{1,3}})"
        r"(?=[,.;)]|$| and\b| who\b)"
    ),
    re.compile(
        rf"\b(?P<age>\d{{1,3}})-year-old(?: (?!from|in|of|at|for|with|who|on)[a-z-]+){{0,4}}(?: (?P<whose>{NAME}))?"
    ),
    re.compile(
        rf"(?P<whose>{NAME})(?: who)? (?:is|was|turn(?:s|ed)|had turned|will be) (?:aged )?(?P<age>\d{{1,3}})"
        r"(?! ?(?:[%.]?\d|per|[a-z]*(?:points|minutes|days|metres|miles|km)))\b"
    ),
    re.compile(r"\b(?P<whose>[Hh]e|[Ss]he) (?:is|was|turn(?:s|ed)|had turned|will be) (?:aged )?(?P<age>\d{1,3})\b"),
    re.compile(r"\baged? (?:of )?(?P<age>\d{1,3})\b(?P<whose>)"),
    re.compile(rf"(?P<whose>{NAME}) \((?P<age>\d{{1,3}})\)"),
)
_SPEAKING = re.compile(
    r"\b(?:liken|compar|describ|criticis|criticiz|prais|accus|blam|defend|welcom|promis|urg|question|suggest|propos"
    r"|recommend|estimat|reject|confirm|declin|complain|doubt|credit|thank|hop|fear|expect|believ|think|thought|want|call"
    r"|put|ask|forecast|predict|warn|announc|(?:view|opinion|words) )\w*",
    re.IGNORECASE,
)
"""What is done by saying something."""
_HE = re.compile(r"\b(?:he|she)$", re.IGNORECASE)
_HIMSELF = re.compile(r"\b(?:[Hh]e|[Ss]he|I|[Ww]e|[Hh]is|[Hh]er|[Mm]y|[Oo]ur|me|us|him)\b")
_IN = re.compile(rf"\b[Ii]n (?:the )?({NAME})(?! [a-z]+(?:ship|port|line|bank|park|dairy)\b)")
_YES = re.compile(r"^\W*yes\b", re.IGNORECASE)


def unanswered(question: str, sentence: str, quotes: Sequence[str], near: str = "") -> str | None:
    """Why a sentence is no answer to a question, though it may be true; None where nothing speaks against it.

    `near` is what the quotes are read with: headline, opening and the sentences that they lean on.
    """
    return (
        _no_reason(question, sentence)
        or _counts_others(question, sentence, quotes)
        or _no_name(question, sentence)
        or _no_owner(question, sentence)
        or _no_place(question, sentence)
        or _no_length(question, sentence)
        or _another_kind(question, quotes)
        or _age_of_another(question, sentence, quotes)
        or _other_place(question, f"{near} {' '.join(quotes)}")
        or _other_fate(question, sentence, quotes)
        or _only_speaks(question, sentence, quotes)
    )


def _no_reason(question: str, sentence: str) -> str | None:
    """Asked why, it only tells that.

    >>> _no_reason("Why did the mayor resign?", "The mayor resigned in May after six years in office.")
    'it does not tell why'
    >>> _no_reason("Why did the mayor resign?", "The mayor resigned over a bribe.")
    """
    if not _WHY.search(question):
        return None
    sought = set(terms(question))
    again = len(sought & set(terms(sentence))) >= RETOLD * len(sought)
    return "it does not tell why" if again and not _REASON.search(sentence) else None


def _counts_others(question: str, sentence: str, quotes: Sequence[str]) -> str | None:
    """Asked how many of one thing, it tells how many of another.

    >>> _counts_others("How many people work for Osk?", "Osk has 88 branches.", ["Osk, which has 88 branches, grows."])
    'the quotes count branch'
    >>> _counts_others("How many people died?", "It killed 38 villagers.", ["It killed 38 villagers."])
    """
    asked = _HOW_MANY.search(question)
    wanted = (
        [_COUNTED[stem(word)] for word in words(next(filter(None, asked.groups()))) if stem(word) in _COUNTED]
        if asked
        else []
    )
    brought = numbers(sentence) - numbers(question)
    if not wanted or len(brought) != 1:
        return None
    found = [
        slot.head for quote in quotes for slot in numbered(quote, tokens(quote)) if slot.value in brought and slot.head
    ]
    lines = [_COUNTED.get(head) for head in found]
    if lines and None not in lines and wanted[-1] not in lines:
        return f"the quotes count {found[0]}"
    return None


def _no_name(question: str, sentence: str) -> str | None:
    """Asked which company, it names none.

    >>> _no_name("Which insurance company covers it?", "The museum has insured it for a million.")
    'it names none'
    """
    who = _WHO.match(question)
    if not _WHICH_NAMED.search(question) and not (who and _begins_with(sentence, who["rest"])):
        return None
    given = {word.casefold() for word in words(question)} | STOP_WORDS | CALENDAR
    named = {word.casefold() for word in re.findall(r"\b[A-Z][\w'’-]*", sentence)} | set(names(sentence))
    return None if {word for word in named - given if not (who and OF_PLACE.search(word))} else "it names none"


def _begins_with(sentence: str, given: str) -> bool:
    """Whether a sentence tells of somebody whom the question names, and of nobody who did it.

    >>> _begins_with("Ada Osk will step down.", "is taking over from Ada Osk?")
    True
    >>> _begins_with("Ada Osk was shot by a guard.", "shot Ada Osk?")
    False
    >>> _begins_with("The sponsor of the fair is talking to others.", "will be the sponsor of the fair?")
    True
    """
    if re.match(r"(?:He|She|They) ", sentence):
        return True
    subject = _SUBJECT.match(sentence)
    if subject and set(terms(subject[1])) <= set(terms(given)) and not re.search(r"\bby\b", sentence):
        return True
    opening = re.match(NAME, re.sub(r"^The ", "", sentence))
    known = {word.casefold() for word in words(given)}
    named = opening is not None and {w.casefold() for w in words(opening[0]) if not OF_PLACE.search(w)} <= known
    return named and not re.search(r"\bby\b|\b(?:is|are) (?:an?|the|one)\b", sentence)


def _no_owner(question: str, sentence: str) -> str | None:
    """Asked whose it is, it tells nobody's.

    >>> _no_owner("Whose dog was it?", "The dog ran into the road.")
    'it does not tell whose'
    >>> _no_owner("Whose dog was it?", "The dog belonged to a farmer.")
    """
    if not _WHOSE.search(question):
        return None
    given = {word.casefold() for word in words(question)}
    return None if _OWNED.search(sentence) or set(names(sentence)) - given else "it does not tell whose"


def _no_place(question: str, sentence: str) -> str | None:
    """Asked where, it tells no place.

    >>> _no_place("Where did Osk work before?", "Osk worked as a cook before.")
    'it tells no place'
    >>> _no_place("Where was it found?", "It was found under a bed.")
    """
    if not _WHERE.search(question):
        return None
    given = set(terms(question))
    places = {term for match in _PLACED.finditer(sentence) for term in terms(match["where"])}
    named = set(terms(" ".join(re.findall(r"\b[A-Z][\w'’-]*", sentence))))
    return None if (places | named) - given else "it tells no place"


def _no_length(question: str, sentence: str) -> str | None:
    """Asked how long, it tells a day or a number of something.

    >>> _no_length("How long a sentence did she get?", "She was sentenced on 11 May.")
    'it tells no length'
    """
    return "it tells no length" if _HOW_LONG.search(question) and not _LENGTH.search(sentence) else None


def _another_kind(question: str, quotes: Sequence[str]) -> str | None:
    """Asked for the net profit, the quotes tell the operating profit.

    >>> _another_kind("What was the net profit?", ["Operating profit was 31 million."])
    'the quotes tell of operating, not net'
    """
    read = " ".join(quotes).casefold()
    for group in _KINDS:
        asked = [kind for kind in group if re.search(rf"(?<!-)\b{kind}s?\b", question, re.IGNORECASE)]
        told = [kind for kind in group if re.search(rf"(?<!-)\b{kind}s?\b", read)]
        if asked and told and not set(asked) & set(told):
            return f"the quotes tell of {told[0]}, not {asked[0]}"
    return None


def _age_of_another(question: str, sentence: str, quotes: Sequence[str]) -> str | None:
    """Asked how old somebody is, it tells what the quotes tell of another's age, or no age.

    >>> _age_of_another("How old is Ada Osk?", "Ada Osk is 19.", ["Ada Osk scored, then Lund, a 19-year-old, did."])
    '19 is the age of another'
    >>> _age_of_another("How old is Ada Osk?", "Ada Osk is 19.", ["The 19-year-old Osk scored."])
    """
    whose = set(re.findall(r"[A-Z][\w’-]+", question[1:])) - {"How", "What"}
    brought = numbers(sentence) - numbers(question)
    if not _AGE_ASKED.search(question) or not whose or not brought:
        return None
    told = [
        (_whose(quote, match), float(match["age"]))
        for quote in quotes
        for pattern in _AGES
        for match in pattern.finditer(quote)
    ]
    theirs = [name for name, age in told if age in brought]
    if theirs and not any(not name or _HE.search(name) or whose & set(words(name)) for name in theirs):
        return f"{min(brought):.12g} is the age of another"
    return None


def _whose(text: str, age: re.Match[str]) -> str:
    """Whose age it is: the name beside it, with what is before that in its clause, or the one that it is apposed to."""
    if age["whose"]:
        return f"{re.split('[,;:.]', text[: age.start()])[-1]} {age['whose']}"
    match = re.search(rf"({NAME}), (?:an?|the|now) (?:[a-z-]+ )*$", text[: age.start()])
    return match[1] if match else ""


def _other_place(question: str, near: str) -> str | None:
    """Asked how many there are in one place, it tells of another: the quotes and what they lean on do not name it.

    >>> _other_place("How many storks nest in Poland?", "In Germany 900 nest.")
    'nothing near it speaks of Poland'
    """
    if kind_of(question) is not Kind.NUMBER:
        return None
    known = {word.casefold()[:5] for word in words(near)}
    for asked in _IN.findall(question):
        if asked.casefold() in CALENDAR:
            continue
        if not {word.casefold()[:5] for word in words(asked)} & known:
            return f"nothing near it speaks of {asked}"
    return None


def _other_fate(question: str, sentence: str, quotes: Sequence[str]) -> str | None:
    """Asked whether anyone died, it tells of the injured; of lesser harm only where it says yes.

    >>> _other_fate("Did anyone die?", "Three were treated for burns.", ["Three were treated for burns."])
    'no quote tells who is dead'
    """
    asked = fates(question)
    if is_open(question) or not (asked == {"dead"} or _YES.search(sentence)):
        return None
    told: Set[str] = set().union(*(fates(quote) for quote in quotes))
    return f"no quote tells who is {min(asked)}" if len(asked) == 1 and not asked & told else None


def _only_speaks(question: str, sentence: str, quotes: Sequence[str]) -> str | None:
    """It tells a deed of somebody who in the quotes only says something about it.

    >>> _only_speaks("Who is suspected?", "Ada Osk is suspected.", ["A man is suspected, said Ada Osk, an inspector."])
    'Ada Osk only speaks of it'
    >>> _only_speaks("Who led the search?", "Ada Osk led it.", ["It is over, said Ada Osk, who led the search."])
    """
    if _SPEAKING.search(f"{question} {sentence}") or any(True for _ in speakers(f"{question} {sentence}")):
        return None
    given = {word.casefold() for word in words(question)}
    for person in re.findall(r"[A-Z][\w’-]+(?: [A-Z][\w’-]+)+", sentence):
        last = person.split()[-1]
        if last.casefold() in given:
            continue
        said = {
            base(word) for word in words(sentence) if word not in person.split() and word.casefold() not in STOP_WORDS
        }
        mentions = [(quote, match) for quote in quotes for match in re.finditer(rf"\b{re.escape(last)}\b", quote)]
        if mentions and all(_speaking(quote, match, said) for quote, match in mentions):
            return f"{person} only speaks of it"
    return None


def _speaking(quote: str, match: re.Match[str], said: Set[str]) -> bool:
    """Whether somebody stands in a quote as who says it, without a word of what is told, and not of himself."""
    if not any(match[0] in words(one.said_as) for one in speakers(quote)) or _HIMSELF.search(quote):
        return False
    beside = set(map(base, _apposed(quote[match.end() :])))
    return len(said & beside) < APPOSED * len(said)


def _apposed(after: str) -> Iterator[str]:
    """The words of what stands beside a name, up to where it is closed."""
    if re.match(r", (?:an?|the|who|whose|which|[a-z]+)\b", after):
        yield from words(re.split(r"[.;:“\"]", after)[0])
