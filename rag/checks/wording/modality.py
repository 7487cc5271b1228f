"""Plans and allegations: whether a sentence tells as done or as certain what its quotes do not. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set

from rag.checks.text.anchors import tokens
from rag.checks.text.sentences import clauses
from rag.checks.text.spelling import PAST_FORMS, base
from rag.checks.text.verbs import verbal
from rag.checks.wording.denied import denying
from rag.terms import CALENDAR, terms

SAME_CLAUSE = 0.6
"""Share of a clause's terms that one of a quote has to have to be told of the same."""

PLANNED = re.compile(
    r"\b(?:[Ww]ill|[Ww]on['’]t|(?:would|could|should)(?:n['’]t)?|may|might|shall"
    r"|(?<!game )plan(?:s|ned|ning)? to|would like"
    r"|(?:is|are|was|were) (?:due )?to(?! blame)|(?:is|are|was|were) due"
    r"|(?:expected|likely|set|ready|scheduled|going) to(?! \d)"
    r"|(?:intend|hope|want|aim|propose|consider|seek|agree|angl|threaten|recommend|demand|urg)(?:e?s|e|ed|ing|d)?"
    r"|expect(?:s|ed|ing)?"
    r"|(?:is|are|was|were) forecast|forecast(?:s|ed|ing) (?:that|to)"
    r"|(?:order|ask|instruct|command)(?:s|ed) (?:[^\s,.;:]+ ){1,8}to"
    r"|options? (?:to|for|on)|interest(?:ed)? in \w+ing"
    r"|sought|desire[sd]?|wish(?:es|ed)?"
    r"|(?:try|tries|tried|trying|commit(?:s|ted)?|pledge[sd]?|promise[sd]?|vow(?:s|ed)?) to"
    r"|(?:attempt(?:s|ed|ing)?|efforts?|offer(?:s|ed|ing)?) to)\b|['’]ll\b"
)
_CERTAIN = re.compile(r"[Ww]ill|(?:is|are) (?:due )?to|(?:is|are) due|(?:due|set|ready|scheduled|going) to|['’]ll")
_DONE = re.compile(rf"\b(?:was|were|had|has|have|did|\w+ed|{'|'.join(sorted(PAST_FORMS))})\b", re.IGNORECASE)
_POSSIBLE = re.compile(r"\b(?:may|might|could)\b(?! (?:not|only|no longer)\b)")
_SURE = re.compile(r"\b[Ww]ill\b|['’]ll\b")
_ALLEGED = re.compile(
    r"\b(?:alleg\w+|reportedly|purported\w*|rumou?r\w*|suspect(?:ed|s)?|(?:under|on) suspicion|accus\w+)\b",
    re.IGNORECASE,
)
_SUSPECTED = re.compile(
    r"\b(?:suspicion of|suspected of|accused of|charged with|allegations? of|charges? of|den(?:y|ies|ied|ying))"
    r"(?: (?:an?|the|having|his|her|their|its|being|\w+ (?:charges?|counts?) of))* $"
)
"""What stands before a deed that somebody is only said to have done."""
_ACCUSED = re.compile(r"\b(?:alleges?|alleged|alleging|accus\w+)\b", re.IGNORECASE)
_TOLD = re.compile(
    r"\b(?:sa(?:y|ys|id|ying)|claim\w*|argu\w*|according|lawsuit|su(?:e|es|ed|ing)|charg\w*|report\w*|believ\w*|told|tells?"
    r"|estimated|suspect\w*|thought|critici\w*|complain\w*|describ\w*|call(?:s|ed))\b",
    re.IGNORECASE,
)
_FINITE = re.compile(r"\b(?:is|are|was|were|has|have|had|do|does|did|can|could|will|would|may|might|must|should)\b")
_PAST = re.compile(rf"\b(?:[a-z]+ed|{'|'.join(sorted(PAST_FORMS))})\b")
_UNDONE = re.compile(
    r"\b(?:to|will|would|may|might|could|should|shall|must|can)(?: (?:be|have|not|also|soon|then|still|face|\w+ly))* $"
    r"|\b(?:consider|plann|propos|want|seek|hop|intend|demand|weigh|discuss)(?:s|ed|ing)"
    r"(?: (?:an?|the|its|their|his|her))? $"
)
_CAME_TO = re.compile(
    r"\b(?:managed?|able|began|started?|continu\w+|help\w*|used|had|have|has|forced|went on|came|failed|unable"
    r"|(?:first|last|only|next)(?: \w+){0,3}|enough|too \w+|known|believed|thought|said|reported|claim\w*|found)"
    r" to(?: (?:be|have))? $"
    r"|\b(?:would|could) have(?: been)? $"
)
_WILLED = re.compile(
    r"\b(?:vot|decid|resolv|rul|refus|declin|unwilling)\w* (?:[^,.;]{0,40} )?(?:to|that|out|against)\b"
    r"|\b(?:as|its|his|her|the|their) (?:next|future|incoming)\b"
)
"""What tells of somebody's will as a plan does, and is none that could be told as done."""
_OFF = re.compile(
    r"\b(?:(?:put|puts|putting|push\w*|call\w*) (?:off|back)|delay\w*|postpon\w*|cancel\w*|reschedul\w*|shelv\w*)\b"
)
"""What is told of a plan in words of what was done."""
_MUST = re.compile(
    r"\b(?:must|ha(?:s|ve) to|needs? to|told (?:[^\s,.;:]+ ){0,4}to|fin(?:es|ed)|award(?:s|ed)|requir(?:es|ed)"
    r"|head(?:ed|ing) (?:for|to)|bound for|destined for|ask(?:s|ed|ing)? for|call(?:s|ed|ing)? for"
    r"|obliged?|mean(?:s|t)? (?:for|to)|predict(?:s|ed)|possibl[ey]|perhaps|potential(?:ly)?)\b"
)
"""What is told of an order, a wish or a chance in words that are none of a plan."""
_CONDITION = re.compile(r"(?:^|(?<=[,(] ))should (?=(?:[\w'’-]+ ){1,5}be\b)", re.IGNORECASE)
"""A condition told in the order of a question: "should he be found"."""
_LATER = re.compile(r"\b(?:later?|until|instead|longer)\b")
_ARRANGED = re.compile(r"agree\w*|intend\w*|plan\w* to")
_GOING_ON = re.compile(r"\b(?:is|are|was|were) (?:being \w+|\w+ing)\b")
"""How what has been arranged may be told: "is buying", "is being bought"."""
_ASIDE = re.compile(r"\([^)]*\)")
_THAN_HOPED = re.compile(
    r"\b(?:than|as|(?:of|to|off|below|above) what) (?:[^\s,.;]+ ){0,5}?"
    r"(?:expect|hope|plan|propose|promise|intend|want|forecast|schedule|s(?:eek|ought)|demand|ask|aim)\w*(?: for)?\b"
    r"|\b(?:[Aa]s|[Ss]o) far as [^,]+"
)
"""What was hoped for and is only compared with."""
_PARTICIPLE = re.compile(r"\s*\w+ing\b")
_ON_A_DAY = re.compile(
    rf"[^,;.]*\b(?:{'|'.join(day.capitalize() for day in sorted(CALENDAR))}|tomorrow|tonight|next \w+)\b"
)


def mistold(sentence: str, quotes: Sequence[str], question: str) -> str | None:
    """A plan told as a fact, or a fact as a plan: clause by clause, each beside that of the quotes most like it.

    >>> mistold("The mill closed.", ["The mill will close."], "")
    "the quote says 'will'"
    >>> mistold("The mill closes in May.", ["The mill will close in May."], "")
    """
    sentence = _CONDITION.sub("if ", _THAN_HOPED.sub(" ", sentence))
    told = [clause for quote in quotes for clause in clauses(_THAN_HOPED.sub(" ", _ASIDE.sub(" ", quote)))]
    theirs, ours = PLANNED.search(_nearest(sentence, told)), PLANNED.search(sentence) or _otherwise(sentence)
    if not ours and _verbless([*clauses(sentence), ""][0]):
        ours = PLANNED.search(question)  # "Not before May" is said as it was asked
    said = set(terms(sentence))
    hedged = next(
        (found for quote in quotes if (found := _ACCUSED.search(quote)) and _much_of(said, quote)),
        _ALLEGED.search(_nearest(sentence, told)),
    )
    if hedged and not _ALLEGED.search(sentence) and not _TOLD.search(sentence):
        return f"the quote says {hedged[0]!r}"
    if theirs and not ours and not _still_to_come(theirs[0], sentence):
        return f"the quote says {theirs[0]!r}"
    matched = [(clause, _nearest(clause, told)) for clause in clauses(sentence)]
    kept = {near for clause, near in matched if PLANNED.search(clause) or _otherwise(clause)}
    for clause, near in matched:
        if ours and (_PARTICIPLE.match(clause) or _verbless(clause)):
            continue  # "saving a million" is as certain as what it stands beside
        said, planned = set(terms(clause)), PLANNED.search(near.split("nor ", 1)[0])
        if planned and near not in kept and _much_of(said, near) and not _still_to_come(planned[0], clause):
            return f"the quote says {planned[0]!r}"
        possible = _POSSIBLE.search(near) if _much_of(said, near) and not _SURE.search(near) else None
        if possible and _SURE.search(clause) and not _POSSIBLE.search(clause):
            return f"the quote says {possible[0]!r}"
    near = _nearest(sentence, told)
    off = _OFF.search(near) if _much_of(set(terms(sentence)), near) else None
    if off and not ours and not denying(sentence) and not _LATER.search(sentence):
        return f"the quote says {off[0]!r}"
    if undone := _only_planned(sentence, quotes):
        return f"the quote has {undone!r} as planned only"
    if can := _only_possible(sentence, told):
        return f"the quote says {can!r}"
    if deed := _only_suspected(sentence, quotes):
        return f"the quote has {deed!r} as alleged only"
    added = [
        clause
        for clause, near in matched
        if (plan := PLANNED.search(clause))
        and not (PLANNED.search(near) or any(_WILLED.search(quote) for quote in quotes if near in quote))
        if _much_of(set(terms(clause)), near) or not any(map(PLANNED.search, told))
        if not set(terms(plan[0])) & set(terms(near))
        if not (_CERTAIN.fullmatch(plan[0]) and (_comes(clause[plan.end() :], quotes) or _GOING_ON.search(near)))
    ]
    if ours and added and not PLANNED.search(question):
        return f"{ours[0]!r} is not in the quotes"
    return None


def _otherwise(text: str) -> re.Match[str] | None:
    """What tells of a plan or an order without a word for one."""
    return _OFF.search(text) or _MUST.search(text)


def _only_planned(sentence: str, quotes: Sequence[str]) -> str | None:
    """A verb told as done that the quotes have only after a "to" or "will", "would" or "could"; None where none is."""
    for match in _PAST.finditer(sentence):
        verb = base(match[0])
        before = [*clauses(sentence[: match.start()]), ""][-1 if not sentence[: match.start()].strip() else -2]
        if PLANNED.search(before) or _UNDONE.search(before) or re.search(r"\bbeing $", before):
            continue
        told = [
            (quote[: each.start()], each[0], quote[each.end() :])
            for quote in quotes
            for each in re.finditer(r"\w+", quote)
            if base(each[0]) == verb
        ]
        if told and all(
            (_UNDONE.search(before) and not _CAME_TO.search(before)) or (_present(word) and _ON_A_DAY.match(after))
            for before, word, after in told
        ):
            return told[0][1]
    return None


def _only_possible(sentence: str, told: Sequence[str]) -> str | None:
    """What can be, told as what was: the word for that; None where there is none."""
    near = _nearest(sentence, told)
    possible = re.search(r"\bcan\b(?! (?:not|only)\b)", near)
    if (
        possible
        and _DONE.search(sentence)
        and not _DONE.search(near)
        and not re.search(r"\b(?:can|could|up to)\b", sentence)
    ):
        return possible[0]
    return None


def _only_suspected(sentence: str, quotes: Sequence[str]) -> str | None:
    """A verb told as done that the quotes have only as what somebody is suspected of; None where none is."""
    if _ALLEGED.search(sentence) or _TOLD.search(sentence):
        return None
    for match in _PAST.finditer(sentence):
        verb = base(match[0])
        told = [
            (quote[: each.start()], each[0])
            for quote in quotes
            for each in re.finditer(r"\w+", quote)
            if base(each[0]) == verb
        ]
        if told and all(_SUSPECTED.search(before) for before, _ in told):
            return told[0][1]
    return None


def _comes(text: str, quotes: Sequence[str]) -> bool:
    """Whether the quotes tell the first verb of a text as present: "opens" for "will open"."""
    verbs = terms(text)[:1]
    return any(_present(word) and terms(word) == verbs for quote in quotes for word in re.findall(r"\w+", quote))


def _present(word: str) -> bool:
    """Whether a word may be what somebody does: "opens"."""
    return re.fullmatch(r"[a-z]+[^su]s", word) is not None


def _verbless(text: str) -> bool:
    """Whether a clause has no verb of its own, as a short answer has none."""
    return not _FINITE.search(text) and not any(verbal(text, each) for each in tokens(text))


def _still_to_come(planned: str, text: str) -> bool:
    """Whether what is planned for certain is told as present: "goes" for "will go", and not "went" nor "may go"."""
    if _ARRANGED.fullmatch(planned) and _GOING_ON.search(text):
        return not _DONE.search(_GOING_ON.sub(" ", text))
    return _CERTAIN.fullmatch(planned) is not None and not _DONE.search(text)


def _much_of(said: Set[str], text: str) -> bool:
    return len(said & set(terms(text))) >= SAME_CLAUSE * len(said)


def _nearest(text: str, clauses: Sequence[str]) -> str:
    """The clause with most words of a text, "" if there is none."""
    said = set(terms(text))
    return max(clauses, key=lambda clause: len(said & set(terms(clause))), default="")
