"""True sentences with one thing made false, for measuring how much of it the checks find. Pure and deterministic.

Each mutation changes one fact and leaves the rest: a number, a name, a date, a denial, a speaker, a plan, a tense,
a unit.
One that finds nothing to change gives None.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from rag.terms import DAYS, MONTHS, denials, names

Mutation = Callable[[str], str | None]

_NUMBER = re.compile(r"(?<![\w.,-])\d[\d,]*(?:\.\d+)?(?![\w-])")
_SAID = re.compile(r"\b(said|says|told|according to)\b", re.IGNORECASE)
_AUXILIARY = re.compile(r"\b(is|are|was|were|has|have|had|will|can|could|would|did|does|do)\b(?! not)")
_PAST = re.compile(r"\b(was|were|had|has|have)\b(?! (?:not|to)\b)")
_COMING = re.compile(r"\bwill( not)? ([a-z]+)\b")
_OTHER_UNIT = {
    **{"minutes": "weeks", "hours": "months", "days": "years", "weeks": "years", "months": "days", "years": "days"},
    **{"crowns": "euros", "euros": "crowns", "metres": "miles", "kilometres": "inches", "miles": "inches"},
    **{"tonnes": "grams", "litres": "barrels", "megawatts": "watts"},
}
_UNIT = re.compile(
    r"(?:\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|hundred|thousand|million)) "
    rf"({'|'.join(_OTHER_UNIT)})\b",
    re.IGNORECASE,
)
STRANGER = "Radomil"
FULL_NAME = 2
_NAME = r"[A-Z][\w'’-]+(?: [A-Z][\w'’-]+)*"
_SPEAKER = re.compile(rf"\b({_NAME})(?=,? (?:said|says|told|denied|announced|warned)\b)|(?<=[Aa]ccording to )({_NAME})")


def number(sentence: str) -> str | None:
    """The last number one and a half times as large, and one more."""
    found = [match for match in _NUMBER.finditer(sentence) if not re.fullmatch(r"(?:19|20)\d\d", match.group())]
    if not found:
        return None
    value = float(found[-1].group().replace(",", ""))
    changed = f"{value * 1.5 + 1:.1f}" if value % 1 else f"{int(value * 1.5) + 1}"
    return sentence[: found[-1].start()] + changed + sentence[found[-1].end() :]


def name(sentence: str) -> str | None:
    """The last name that is not part of a date, as a name that nobody here bears."""
    found = [each for each in names(sentence) if each not in MONTHS | DAYS and len(each) > 2]
    if not found:
        return None
    changed = re.sub(rf"\b{re.escape(found[-1])}\b", STRANGER, sentence, count=1, flags=re.IGNORECASE)
    return changed if changed != sentence else None


def date(sentence: str) -> str | None:
    """The first month or weekday as another one."""
    for word in re.findall(r"\b[A-Z][a-z]+\b", sentence):
        for family in (sorted(MONTHS), sorted(DAYS)):
            if word.casefold() in family and word != "May":
                other = family[(family.index(word.casefold()) + 3) % len(family)].capitalize()
                return sentence.replace(word, "June" if other == "May" else other, 1)
    return None


def denial(sentence: str) -> str | None:
    """The first auxiliary verb denied; nothing where the sentence denies already."""
    if denials(sentence):
        return None
    changed = _AUXILIARY.sub(r"\1 not", sentence, count=1)
    return changed if changed != sentence else None


def speaker(sentence: str) -> str | None:
    """Said by somebody else."""
    changed = _SPEAKER.sub(STRANGER, sentence, count=1)
    return changed if changed != sentence else None


def plan(sentence: str) -> str | None:
    """What is told as a fact, told as a plan."""
    match = _PAST.search(sentence)
    if match is None or _SAID.search(sentence):
        return None
    auxiliary = {"was": "may be", "were": "may be", "had": "may have", "has": "may have", "have": "may have"}
    return sentence[: match.start()] + auxiliary[match.group()] + sentence[match.end() :]


def tense(sentence: str) -> str | None:
    """What is told as coming, told as having happened; nothing that stands in direct speech.

    >>> tense("The line will open in May."), tense("It will not be sold."), tense("“It will rain,” she said.")
    ('The line did open in May.', 'It was not sold.', None)
    """
    match = next((each for each in _COMING.finditer(sentence) if not _inside_speech(sentence, each.start())), None)
    if match is None:
        return None
    told = {"be": "was", "have": "had"}.get(match[2])
    denied = match[1] or ""
    changed = f"{told}{denied}" if told else f"did{denied} {match[2]}"
    return sentence[: match.start()] + changed + sentence[match.end() :]


def unit(sentence: str) -> str | None:
    """The first number that has a unit, with another one of the same kind.

    >>> unit("It lasted three days and cost 12 million crowns."), unit("Seven died.")
    ('It lasted three years and cost 12 million crowns.', None)
    """
    match = _UNIT.search(sentence)
    if match is None:
        return None
    return sentence[: match.start(1)] + _OTHER_UNIT[match[1].casefold()] + sentence[match.end(1) :]


def speakers(text: str) -> list[str]:
    """Those whom a text lets say something, by first and last name, each once, in order.

    >>> speakers("Ana Bo said no. He said yes. According to Piet Salk it rains.")
    ['Ana Bo', 'Piet Salk']
    """
    found = (match[1] or match[2] for match in _SPEAKER.finditer(text))
    return list(dict.fromkeys(name for name in found if len(name.split()) == FULL_NAME))


def swapped(sentence: str, others: Iterable[str]) -> str | None:
    """Said by the first of the others who is somebody else: a real speaker in the wrong place.

    >>> swapped("Ana Bo said no.", ["Dora Bo", "Piet Salk"])
    'Piet Salk said no.'
    """
    said = next(iter(speakers(sentence)), None)
    other = next((name for name in others if not set(name.split()) & set(sentence.split())), None)
    return sentence.replace(said, other, 1) if said and other else None


def _inside_speech(sentence: str, place: int) -> bool:
    before = sentence[:place]
    return before.count("“") > before.count("”") or before.count('"') % 2 == 1


MUTATIONS: dict[str, Mutation] = {
    "number": number,
    "name": name,
    "date": date,
    "denial": denial,
    "speaker": speaker,
    "modality": plan,
    "tense": tense,
    "unit": unit,
}
