"""One way of writing what news write in several: short months, dotted initials, irregular verbs. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from rag.checks.text.peoples import root
from rag.terms import STOP_WORDS, stem, words

_MONTHS: Final = {
    "jan": "January",
    "feb": "February",
    "mar": "March",
    "apr": "April",
    "jun": "June",
    "jul": "July",
    "aug": "August",
    "sep": "September",
    "sept": "September",
    "oct": "October",
    "nov": "November",
    "dec": "December",
}
_SHORT_MONTH = re.compile(rf"\b({'|'.join(month.capitalize() for month in _MONTHS)})\b(?:\.(?=\s?\d)|(?=\s\d))")
_AFTER_DAY = re.compile(rf"(?<=\d )({'|'.join(month.capitalize() for month in _MONTHS)})\b\.?")
_DOTTED = re.compile(r"\b([A-Z])\. ?([A-Z])\.(?: ?([A-Z])\.)?")
_SCALE = re.compile(r"(?<=\d) ?(?:°|º|degrees )?([CF])\b")
_SCALES: Final = {"C": "Celsius", "F": "Fahrenheit"}
_SYMBOL = re.compile(r"(?<=\d) ?([kMGT]W)(h)?\b")
_POWERS: Final = {"kW": "kilowatt", "MW": "megawatt", "GW": "gigawatt", "TW": "terawatt"}
_NOT_GUILTY = re.compile(r"\b(not|non)-(?=[a-z])", re.IGNORECASE)


def spelled(text: str) -> str:
    """A text in one spelling: months in full, initials without dots or plural, two countries by their initials.

    Symbols of heat and power are words, and dollars are those of the US where nothing else is said.

    >>> spelled("The U.S. court meets on Feb. 20, not 9 Sept.")
    'The US court meets on February 20, not 9 September'
    """
    text = _SHORT_MONTH.sub(lambda match: _MONTHS[match[1].casefold()], text)
    text = _AFTER_DAY.sub(lambda match: _MONTHS[match[1].casefold()], text)
    text = _DOTTED.sub(lambda match: "".join(part for part in match.groups() if part), text)
    text = _SCALE.sub(lambda match: f" degrees {_SCALES[match[1]]}", text)
    text = _SYMBOL.sub(lambda match: f" {_POWERS[match[1]]}{'-hour' if match[2] else ''}s", text)
    text = re.sub(r"(?<=\w) n['’]t\b", "n't", text)
    text = re.sub(r"\bUnited States(?: of America)?\b|\bUSA\b", "US", text).replace("United Kingdom", "UK")
    text = re.sub(r"\bUS (?=dollars?\b)|\bUS(?=\$)", "", text)
    text = re.sub(r"\b([A-Z]{2,})s\b", r"\1", text)
    return _NOT_GUILTY.sub(r"\1 ", text)


def is_short_for(name: str, text: str) -> bool:
    """Whether a name is the initials of one in a text, or a people's or country's name in another form.

    >>> is_short_for("FTC", "The Federal Trade Commission sued."), is_short_for("FTC", "The Fair Trade Office sued.")
    (True, False)
    >>> is_short_for("Chinese", "It is in China."), is_short_for("Austrian", "It is in Australia.")
    (True, False)
    """
    name = name.removeprefix("the ").removeprefix("The ")
    initials = ("".join(re.findall(r"\b[A-Z]", run[0])) for run in _RUN.finditer(text))
    if name.isupper() and len(name) > 1 and any(name in each for each in initials):
        return True
    return root(name.casefold()) in {root(word.casefold()) for word in re.findall(r"\b[A-Z]\w+", text)}


_RUN = re.compile(r"\b[A-Z][\w’'-]*(?: (?:(?:of|for|and|the|on|in) ){0,2}[A-Z][\w’'-]*)+")
_IRREGULAR: Final = {
    past: forms.split()[0]
    for forms in (
        "beat beaten,become became,begin began begun,bite bit bitten,bleed bled,blow blew blown,break broke broken"
        ",breed bred,bring brought,build built,buy bought,catch caught,choose chose chosen,come came,deal dealt,dig dug"
        ",draw drew drawn,drink drank drunk,drive drove driven,eat ate eaten,feed fed,fight fought,find found,flee fled"
        ",fly flew flown,forbid forbade forbidden,forget forgot forgotten,freeze froze frozen,get got gotten"
        ",give gave given,go went gone,grow grew grown,hang hung,hear heard,hide hid hidden,hold held,keep kept"
        ",know knew known,lead led,leap leapt,lend lent,lose lost,make made,mean meant,meet met,overtake overtook"
        ",overthrow overthrew overthrown,pay paid,ride rode ridden,ring rang rung,rise rose risen,run ran,say said"
        ",see saw seen,seek sought,sell sold,send sent,shake shook shaken,shine shone,shoot shot,show shown"
        ",shrink shrank shrunk,sing sang sung,sink sank sunk,sleep slept,slide slid,speak spoke spoken,speed sped"
        ",spend spent,stand stood,steal stole stolen,stick stuck,strike struck stricken,swear swore sworn,sweep swept"
        ",swim swam swum,take took taken,teach taught,tear tore torn,tell told,think thought,throw threw thrown"
        ",uphold upheld,wake woke woken,wear wore worn,win won,withdraw withdrew withdrawn,write wrote written"
    ).split(",")
    for past in forms.split()[1:]
}
PAST_FORMS: Final = frozenset(_IRREGULAR)
"""Forms of verbs for what is done, or was, that do not end in "ed"."""


def base(word: str) -> str:
    """What a word shares with its other forms, those of irregular verbs too.

    >>> base("Sold") == base("sells"), base("scold") == base("sells")
    (True, False)
    """
    return stem(_IRREGULAR.get(word.casefold(), word))


def bases(text: str) -> list[str]:
    """That of each telling word of a text, in order.

    >>> bases("They sold it to the mills.")
    ['sell', 'mill']
    """
    return [base(word) for word in words(text) if word.casefold() not in STOP_WORDS]


def abbreviated(run: Sequence[str], known: Sequence[str]) -> bool:
    """Whether a text has the initials of a name for it: "US" or "USA" for "United States"."""
    initials = "".join(word[0] for word in run)
    return len(run) > 1 and any(
        word.isupper() and len(word) <= len(run) + 1 and word.startswith(initials) for word in known
    )
