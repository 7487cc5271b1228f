"""Words that cannot both be true of the same thing: rose and fell, before and after, largest and smallest. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from rag.checks.text.anchors import Token, likeness, tokens
from rag.checks.text.spelling import base
from rag.checks.wording.denied import WITHIN
from rag.terms import CARDINAL, denials, stem

_AXES: Final = (
    # quantities
    "rise increase climb gain jump surge soar grow raise lift hike boost higher upward rally"
    " | fall fell fallen decrease drop decline slip tumble plunge sink slide shrink lower cut"
    " reduce slump plummet dip downward reduction",
    "more over above exceed higher greater longer larger bigger | less fewer under below lower shorter smaller shy",
    "double triple | halve half",
    "large big great | small little tiny",
    "~ older | younger",
    "early beginning start | late end",
    "~ earlier | later",
    "early | mid | late",
    "faster quicker sooner | slower",
    "fast quick quickly rapid rapidly swiftly hasten accelerate speed quicken | slow slowly gradual gradually",
    "high | low",
    "maximum | minimum",
    "majority most | minority few",
    "all every everyone everybody everything | some several many most few half none nobody | majority | minority",
    "many most numerous | few hardly",
    "dozen dozens | hundred hundreds | thousand thousands | million millions | billion billions | trillion trillions",
    "net gross | loss deficit",
    "profit surplus income | loss deficit",
    "positive plus | negative minus",
    "asset credit | liability debt",
    "hourly | daily day | weekly | monthly | quarterly | annual annually yearly",
    # order
    "first initial earliest | last final latest",
    "largest biggest highest greatest most | smallest lowest least fewest",
    "best | worst",
    "better | worse",
    "oldest | youngest newest",
    "longest | shortest",
    "fastest | slowest",
    "strongest | weakest",
    "former ex previous previously | current currently incumbent",
    "~ before prior ahead preced | after follow",
    # acts
    "~ win victory winning triumph survive | lose defeat loss losing",
    "accept approve agree adopt pass ratify endorse allow permit legalise legalize authorise authorize uphold"
    " | reject refuse deny decline veto ban forbid prohibit block outlaw disallow oppose dismiss withdraw scrap",
    "confirm admit acknowledge concede | deny dispute refute",
    "support back favour favor welcome embrace | oppose resist condemn dismiss",
    "encourage urge promote foster | discourage deter restrain restrict hinder prevent limit curb",
    "start begin launch commence resume | stop end halt cease finish suspend pause cancel",
    "continue keep | stop end cease quit halt abandon",
    "open reopen | close shut",
    "join enter enrol | leave left quit exit depart",
    "stay remain | leave left quit resign step",
    "hire recruit employ appoint | fire sack lay laid oust",
    "~ buy acquire purchase | sell divest",
    "pull withdraw remove | put insert deposit inject",
    "withdraw abolish scrap repeal revoke remove | restore reinstate introduce retain preserve",
    "~ lend | borrow",
    "include | exclude",
    "promote | relegate demote",
    "succeed manage | fail",
    "success | failure",
    "guilty convict | innocent acquit clear",
    "pass | fail flunk",
    "charge accuse suspect indict | convict sentence",
    "arrest detain jail imprison | release free",
    "strengthen | weaken",
    "improve recover | worsen deteriorate",
    "criticise criticize criticism condemn blame | praise applaud commend",
    "attack | defend",
    "arrive reach | depart leave left",
    "import | export",
    "build rebuild rebuilt construct | demolish destroy",
    "survive rescue save | die died dead kill perish drown",
    "born | die died",
    "marry married | divorce",
    "start begin launch commence | off",
    "impose issue declare | lift waive",
    "create add | destroy remove",
    "expand widen extend | shrink narrow shorten",
    "~ receive | pay",
    "~ send | receive",
    "~ give | take",
    "love like | hate dislike",
    "find | lose",
    # qualities
    "hard difficult tough | easy simple",
    "safe safer | dangerous unsafe riskier",
    "legal lawful | illegal unlawful",
    "public | private",
    "likely probable | unlikely improbable",
    "possible | impossible",
    "able | unable",
    "strong | weak",
    "heavy much | light little",
    "half | most",
    "hot warm | cold cool",
    "wet flood rain | dry drought",
    "rich wealthy | poor",
    "full | empty",
    "old | new",
    "young | old elderly",
    "permanent permanently | temporary temporarily interim",
    "friendly allied | hostile enemy",
    "war | peace",
    "domestic | foreign",
    "urban | rural",
    "indoor indoors inside | outdoor outdoors outside",
    "offensive | defensive",
    "left | right",
    "north northern | south southern | east eastern | west western",
    "male man men boy | female woman women girl",
    "father | mother",
    "brother | sister",
    "son | daughter",
    "husband | wife",
    "spring | summer | autumn | winter",
    "morning | afternoon | evening night tonight",
    "weekday | weekend",
    "home | away",
    "upper | lower",
    "senior | junior",
    "yesterday | tomorrow",
    "for favour favor | against",
    "despite | because due",
    "unless | if provided long",
)
"""Groups of words, by " | ", of which one cannot stand where another stood. After "~" the same may be told the other
way round: who lost to one was beaten by him, and what was before the one thing came after it."""

_OCCASION: Final = (
    r"(?:day|night|game|match|round|hours?|times?|price|date|ceremony|bell|stage|weekend|concert|speech)\b"
)
_TRIED: Final = r"tests?|exams?|examinations?|inspections?|checks?|audits?|vote|review"
_ONLY: Final = {
    # words that are often something else, and what has to be around them to be what is meant here
    "over": re.compile(r"\bover(?= (?:[$£€]?\d|a |half|two|three|four|five|six|seven|eight|nine|ten))", re.IGNORECASE),
    "under": re.compile(rf"\bunder(?= (?:[$£€]?\d|(?:{CARDINAL})\b))", re.IGNORECASE),
    "most": re.compile(r"\bmost(?= of\b| \w+s\b)", re.IGNORECASE),
    "some": re.compile(r"\bsome(?! (?:of (?:its|his|her)|(?:\w+ )?\d|one|\w+teen|\w+ty|hundred))", re.IGNORECASE),
    "last": re.compile(
        r"\blast(?! (?:\w+ )?(?:night|week|weekend|month|year|summer|autumn|fall|spring|winter|season|decade|century"
        r"|monday|tuesday|wednesday|thursday|friday|saturday|sunday|days|weeks|months|years|few|couple|time"
        r"|january|february|march|april|may|june|july|august|september|october|november|december)\b)",
        re.IGNORECASE,
    ),
    "left": re.compile(
        r"(?<!seconds )(?<!minutes )(?<!hours )(?<!days )(?<!weeks )(?<!months )(?<!years )(?<!is )(?<!are )(?<!was )"
        r"(?<!were )(?<!been )\b[Ll]eft(?= (?:the|an?|his|her|their|its|after|for|in|on|when|because|over)\b| [A-Z])",
    ),
    "step": re.compile(r"\bstep\w*(?= down| aside)", re.IGNORECASE),
    "defeat": re.compile(r"\bdefeats?\b(?! [A-Z]| the\b)"),
    **{
        unit: re.compile(
            rf"\b{unit}ly|(?<=\beach ){unit}\b|(?<=\bevery ){unit}\b|(?<=\bper ){unit}\b|(?<=\ba ){unit}\b"
        )
        for unit in ("week", "month", "quarter", "year")
    },
    "hour": re.compile(r"\bhourly|(?<=\ban )hour\b|(?<=\bper )hour\b"),
    "day": re.compile(r"(?<=\beach )day\b|(?<=\bevery )day\b|(?<=\bper )day\b|(?<=\ba )day\b"),
    "for": re.compile(r"(?<=vote )for\b|(?<=voted )for\b|(?<=voting )for\b|(?<=votes )for\b"),
    "favour": re.compile(r"(?<=in )favou?r(?= of)"),
    "favor": re.compile(r"(?<=in )favou?r(?= of)"),
    "against": re.compile(r"(?<=vote )against|(?<=voted )against|(?<=voting )against|(?<=votes )against"),
    "uphold": re.compile(r"\b(?:uphold|upheld)\w*(?=(?: \w+){1,3} (?:appeal|complaint|claim|challenge|objection)\b)"),
    "great": re.compile(r"\bgreat\b"),
    "clear": re.compile(
        r"\bcleared\b(?= (?:[\w.'’-]+,? ){0,9}of\b)|(?<=\bwas )cleared\b|(?<=\bwere )cleared\b", re.IGNORECASE
    ),
    "open": re.compile(rf"\bopen(?:s|ed)?\b|\bopening\b(?! {_OCCASION})", re.IGNORECASE),
    "close": re.compile(rf"\bclos(?:e|es|ed)\b|\bclosing\b(?! {_OCCASION})", re.IGNORECASE),
    "safe": re.compile(r"(?<!above )(?<!beyond )(?<!exceeding )(?<!over )\bsafe\b", re.IGNORECASE),
    "pass": re.compile(rf"\bpass(?:es|ed|ing)?\b(?= (?:[\w'’-]+ ){{0,4}}(?:{_TRIED})\b)", re.IGNORECASE),
    "becaus": re.compile(r"\bbecause(?= of)", re.IGNORECASE),
    "due": re.compile(r"\bdue(?= to)", re.IGNORECASE),
    "long": re.compile(r"\blong(?= as)", re.IGNORECASE),
    "ahead": re.compile(r"\bahead(?= of\b)", re.IGNORECASE),
    "prior": re.compile(r"\bprior(?= to\b)", re.IGNORECASE),
    "lay": re.compile(r"\blay(?:s|ing)?(?= off)", re.IGNORECASE),
    "laid": re.compile(r"\blaid(?= off)", re.IGNORECASE),
    "shy": re.compile(r"\bshy(?= of)", re.IGNORECASE),
    "off": re.compile(r"(?<=\bcall )off|(?<=\bcalled )off|(?<=\bcalls )off|(?<=\bcalling )off"),
    "half": re.compile(r"(?<!than )(?<!over )(?<!second )(?<!first )\b[Hh]alf(?= of\b)"),
    "much": re.compile(r"\bmuch(?= \w+ (?:in|on|at|and|was|fell)\b)", re.IGNORECASE),
    "light": re.compile(r"\blight(?:er)?(?= than| rain| wind| damage)", re.IGNORECASE),
    "back": re.compile(r"\bback(?:s|ed|ing)\b", re.IGNORECASE),
    "like": re.compile(r"\blikes\b", re.IGNORECASE),
    "all": re.compile(r"\b[Aa]ll\b(?! [A-Z]| but\b| (?:of )?(?:last|this|next|day|night|week|month|year)\b)"),
    "lead": re.compile(r"\bleads?\b"),
    "free": re.compile(r"\bfreed\b", re.IGNORECASE),
    "fire": re.compile(r"\bfired\b", re.IGNORECASE),
    "old": re.compile(r"(?<!year )(?<!year-)(?<!years )\bold\b", re.IGNORECASE),
    "home": re.compile(r"\bhome(?= (?:win|defeat|loss|game|match|draw|victory|side|team))", re.IGNORECASE),
    "away": re.compile(r"\baway(?= (?:win|defeat|loss|game|match|draw|victory|side|team))", re.IGNORECASE),
    "fall": re.compile(r"\bfalls?\b(?! of\b| to the\b)|\bfalling\b", re.IGNORECASE),
    "fell": re.compile(r"\bfell\b(?! to the\b| in love| ill| on)", re.IGNORECASE),
    "right": re.compile(
        r"\bright(?= (?:hand|foot|leg|arm|side|wing|bank|eye|knee|ankle|shoulder|back))", re.IGNORECASE
    ),
}
"""Only these forms of a word count."""


def _table() -> Mapping[str, tuple[tuple[int, int], ...]]:
    found: dict[str, list[tuple[int, int]]] = {}
    for axis, line in enumerate(_AXES):
        for pole, group in enumerate(line.removeprefix("~ ").split("|")):
            for word in group.split():
                found.setdefault(base(word), []).append((axis, pole))
    return {word: tuple(dict.fromkeys(places)) for word, places in found.items()}


_POLES: Final = _table()
_TURNED: Final = frozenset(axis for axis, line in enumerate(_AXES) if line.startswith("~ "))

_WANTING: Final = re.compile(r"\b(?:lack|absence|want|shortage) of(?: \w+)?$|\bfree of$", re.IGNORECASE)
_BEING: Final = frozenset("is are was were be been being".split())

LEAST_LIKE = 0.5
"""How alike the neighbourhoods of two words have to be for one to be said in place of the other."""
CLEARLY = 1.5
"""How much more alike, where the word itself stands in the quotes too."""
SIDE = 3
"""How many telling words on either side tell which way round something is."""


def opposite(sentence: str, quotes: Sequence[str]) -> tuple[str, str] | None:
    """A word of a sentence and the opposite that the quotes have in its place; None where there is none.

    >>> opposite("Sales fell 2% in May.", ["In May sales rose 2%."])
    ('fell', 'rose')
    >>> opposite("Sales rose and shares fell.", ["Shares fell while sales rose."])
    """
    ours, read = tokens(sentence), [tokens(quote) for quote in quotes]
    for token in ours:
        for axis, pole in _poles(token, sentence):
            alike, best, instead = 0.0, 0.0, ""
            for quote, theirs in zip(quotes, read, strict=True):
                for other in theirs:
                    poles = {where for line, where in _poles(other, quote) if line == axis}
                    if not poles or _denied(token, sentence) != _denied(other, quote):
                        continue
                    near = likeness(token, ours, other, theirs)
                    if pole in poles or token.stem == other.stem:
                        alike = max(alike, near + LEAST_LIKE)
                    elif near > best and any(
                        (mine.stem == other.stem and likeness(mine, ours, other, theirs) >= near)
                        or (
                            mine.start != token.start
                            and poles & {at for line, at in _poles(mine, sentence) if line == axis}
                        )
                        for mine in ours
                    ):
                        continue  # the sentence has that word too, in its own place, or "approved a ban" for "banned"
                    elif near > best and (axis not in _TURNED or _same_way(token, ours, other, theirs)):
                        best, instead = near, other.word
            if best >= max(LEAST_LIKE, CLEARLY * alike):
                return token.word, instead
    return None


def directions(text: str) -> list[int]:
    """1 for each rise that a text tells, -1 for each fall, in order."""
    return [1 - 2 * pole for token in tokens(text) for axis, pole in _poles(token, text) if axis == 0]


def winning(text: str) -> bool:
    """Whether a text tells of who won, and not of who lost or was beaten."""
    return not re.search(r"\b(?:los(?:e|es|t|ing)|(?:beaten|defeated) (?:\S+ )?by)\b", text)


def _poles(token: Token, text: str) -> tuple[tuple[int, int], ...]:
    only = _ONLY.get(token.stem)
    if only is not None and not only.match(text, token.start):
        return ()
    found = _POLES.get(token.stem, ())
    if not found and token.word.endswith("er") and re.match(r"\w+ than\b", text[token.start :]):
        # "colder than" is told as "cold" is; "bigger" as "big", "heavier" as "heavy"
        root = re.sub(r"(?<=(\w))\1$", "", token.word[:-2])
        found = next((_POLES[each] for each in (stem(root), stem(token.word[:-1])) if each in _POLES), ())
    return found


def _denied(token: Token, text: str) -> bool:
    before = text[: token.start].split()[-WITHIN:]
    near = re.split(r"[,;:]", " ".join(before))[-1]
    return bool(denials(near) or _WANTING.search(near))


def _same_way(one: Token, ours: Sequence[Token], other: Token, theirs: Sequence[Token]) -> bool:
    """Whether what stands before and after two words is not the other way round."""
    (before, after), (left, right) = _doers(one, ours), _doers(other, theirs)
    straight = len(before & left) + len(after & right)
    return straight > len(before & right) + len(after & left)


def _doers(token: Token, text: Sequence[Token]) -> tuple[set[str], set[str]]:
    """What stands before and after a word; the other way round where it "was bought by" what comes after it."""
    before, after = _sides(token, text)
    near = [each.word for each in text if token.start < each.start and each.clause == token.clause][:SIDE]
    passive = any(each.word in _BEING for each in text if each.start < token.start and each.clause == token.clause)
    return (after, before) if passive and "by" in near else (before, after)


def _sides(token: Token, text: Sequence[Token]) -> tuple[set[str], set[str]]:
    telling = [near for near in text if near.telling and near.start != token.start]
    before = [near.stem for near in telling if near.start < token.start]
    return set(before[-SIDE:]), {
        near.stem for near in telling if near.start > token.start and near.place <= token.place + SIDE
    }


_ORDINAL = r"(?:second|third|fourth|fifth|sixth|2nd|3rd|4th|5th)"
_SUPERLATIVE = (
    r"(?:largest|biggest|highest|lowest|smallest|longest|tallest|oldest|richest|fewest|most|least|best|worst)"
)
_SECOND = re.compile(
    r"(?<!\bper )(?<!\ba split )(?<!\ba )(?<!\bevery )(?<!\bone )\b(?:second|2nd)\b(?! thought| hand)", re.IGNORECASE
)
_OTHERS = re.compile(rf"\b(?:first|third|fourth|fifth|last|final|{_SUPERLATIVE})\b", re.IGNORECASE)
_ALL_BUT = re.compile(r"\b(?:all|every\w*|each)(?: \w+)? (?:but|except)(?: for)? (\w+)", re.IGNORECASE)
_TWO = re.compile(r"\b(?:second\w*|2nd|two|2|runners?-up|another|other|again|next|twice|both|later)\b", re.IGNORECASE)


def misranked(sentence: str, quotes: Sequence[str]) -> str | None:
    """A second that the quotes call first or last, or a largest that they call second largest; else None.

    >>> misranked("It is the second bridge.", ["It is the first bridge."])
    "'second' is not in the quotes"
    >>> misranked("It is the largest bridge.", ["It is the second-largest bridge."])
    "the quotes say 'second-largest'"
    """
    read = " ".join(quotes)
    if _SECOND.search(sentence) and not _TWO.search(read) and _OTHERS.search(read):
        return "'second' is not in the quotes"
    if _ALL_BUT.search(read) and not _ALL_BUT.search(sentence):
        (few,) = _ALL_BUT.findall(read)[:1]
        if re.search(rf"\b(?:all|every|everyone)\b(?! [A-Z])|\bonly {few}\b", sentence, re.IGNORECASE):
            return f"the quotes say 'all but {few}'"
    for match in re.finditer(rf"\b{_ORDINAL}[\s-]+({_SUPERLATIVE})\b", read, re.IGNORECASE):
        ranked = re.search(rf"\b(?:{_ORDINAL}|after|behind)\b", sentence, re.IGNORECASE)
        if re.search(rf"\b{match[1]}\b", sentence, re.IGNORECASE) and not ranked:
            return f"the quotes say {match[0]!r}"
    return None
