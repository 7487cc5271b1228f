"""Whether a time in a sentence is past or to come, by the words of its clause. Pure.

"Friday" is the last one in "closed on Friday" and the next one in "will close on Friday". In "talks resume on Friday"
no word tells which: the verb is a plan in an article and what is seen in the caption of a picture.
"""

from __future__ import annotations

import re
from typing import Final

from rag.checks.text.spelling import PAST_FORMS

_BOUNDARY: Final = (
    r"\.\s(?![a-z])|[;:!?]\s|, (?:and|but|while|who|whose|which|where|when)\b|\b(?:but|while|after|before)\b"
)
_CLAUSE_BEFORE: Final = re.compile(rf"{_BOUNDARY}|\bthat\b")
_CLAUSE_AFTER: Final = re.compile(_BOUNDARY)
_ASIDE: Final = re.compile(r", (?:who|whose|whom|which|where)\b[^,]*,")
_AHEAD: Final = re.compile(
    r"\b(?:will|shall|won't|would|must|(?-i:may)|plans? to|planned|planning|due|until"
    r"|(?:is|are|was|were) (?:to|due|expected|set|scheduled))\b|['’]ll\b",
    re.IGNORECASE,
)
_IN_DOUBT: Final = re.compile(r"was|were|until|due|planned", re.IGNORECASE)
"""What "was due" and "stayed until Friday" tell may be over."""
_PAST: Final = re.compile(
    r"(?<!\bis )(?<!\bare )(?<!\bbe )(?<!\bbeen )(?<!\bbeing )(?<!\ba )(?<!\ban )(?<!\bthe )(?<!\bits )(?<!\btheir )"
    r"(?<!\bremain )(?<!\bremains )(?<!\bstay )(?<!\bstays )(?<!\bto )"
    r"(?!\b(?:accused|based|charged|convicted|held|suspected|wanted)\s(?:as|at|by|for|in|of|with)\b)"
    rf"\b(?:was|were|had|did|agreed|\w{{2,}}(?<!e)ed|{'|'.join(sorted(PAST_FORMS))}"
    r"|bent|burst|cut|fell|hit|laid|lay|left|quit|sat|shut|split)\b",
    re.IGNORECASE,
)
_SPOKE: Final = re.compile(r"\b(?:said|told|wrote)\b", re.IGNORECASE)
_OF_ITS_OWN: Final = re.compile(
    r"\b(?:said|says|added)\s(?!(?:at|by|during|early|from|in|late|on|through|to)\b)[a-z]"
    r"|\b(?:agreed|(?:ask|decid|offer|order|pledg|promis|threaten|urg|vot|vow|want)ed)\b.*\bto (?!the\b|an?\b|it)[a-z]"
)
"""What follows may have a time of its own: "said talks resume on Friday", "voted to close it on Friday"."""
_PUT_OFF: Final = re.compile(
    r"\b(?:adjourned|booked|call(?:ed)? (?:a|an|off|for)|cancelled|delayed|extended|moved|postponed|pushed"
    r"|put (?:back|off)|remanded|scheduled|set|suspended)\b",
    re.IGNORECASE,
)


def ahead(text: str, start: int, end: int) -> tuple[bool, bool]:
    """Whether the time at [start, end) is rather to come than past, and whether the words leave no doubt of it.

    >>> def of(text: str) -> tuple[bool, bool]:
    ...     return ahead(text, text.index("Friday"), text.index("Friday") + len("Friday"))
    >>> of("It closed on Friday."), of("It will close on Friday."), of("Talks resume on Friday.")
    ((False, True), (True, True), (False, False))
    """
    before = _CLAUSE_BEFORE.split(_ASIDE.sub(" ", text[:start]))[-1]
    after = _CLAUSE_AFTER.split(text[end:])[0]
    markers = list(_AHEAD.finditer(before))
    if markers and not _SPOKE.search(before[markers[-1].end() :]):
        rest, to = before[markers[-1].end() :], re.search(r"\b(?:for|till|to|until) $", before)
        if re.match(r"\s+(?:not\s+)?have\b", rest):
            return markers[-1][0].casefold() not in ("may", "must"), markers[-1][0].casefold() in ("may", "must")
        doubtful = _IN_DOUBT.search(markers[-1][0]) and _PAST.search(before)
        return True, not doubtful or (to is not None and _PUT_OFF.search(before) is not None)
    if re.search(r"\b(?:is|are) (?:on )?$", before):
        return True, True
    if re.search(r"\bsince $", before):
        return False, True
    if re.search(r"\b(?:for|till|to) $", before) and _PUT_OFF.search(before):
        return True, True
    if past := list(_PAST.finditer(before)):
        return False, _OF_ITS_OWN.search(before, past[-1].start()) is None
    marker, past_after = _AHEAD.search(after), _PAST.search(after)
    if marker and len(before.split()) <= 2 and not (past_after and past_after.start() < marker.start()):
        return True, _IN_DOUBT.search(marker[0]) is None
    return False, past_after is not None and _PUT_OFF.search(after) is None
