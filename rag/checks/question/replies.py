"""Yes or no: which of them a statement says to a question that wants one of them. Pure.

A small model says yes to nearly everything, and then tells what is so: "Yes, on nine of the 12 charges" to whether
it was all of them. So its yes or no is never taken from it, but found in what it tells.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from rag.checks.numbers.amounts import COUNT, amounts
from rag.checks.numbers.compared import contradicted
from rag.checks.numbers.parts import misweighed, overstated
from rag.checks.people.fates import fates
from rag.checks.text.sentences import clauses
from rag.checks.text.spelling import base, bases
from rag.checks.wording.denied import denied_heads, wrong_verdict, wrongly_affirmed
from rag.checks.wording.modality import mistold
from rag.checks.wording.opposites import opposite
from rag.kind import is_closed
from rag.terms import STOP_WORDS, denials, in_full, names, stem, words

YES: Final = "Yes"
NO: Final = "No"

_REPLY = re.compile(r"^(?:yes|no)\b\W*(?=\w)", re.IGNORECASE)
_ASIDE: Final = frozenset(
    map(stem, "still also even ever yet already really actually now currently there anyone".split())
)
"""Words of a question that an answer may leave out."""


_WHOLE = re.compile(r"\b(?:all|every\w*|each|both|entire|whole|only|always)\b", re.IGNORECASE)
_MODAL = re.compile(r"\W*(?:can|could|must|should|may|might|will|would)\b", re.IGNORECASE)
"""How a question begins that asks for no deed done."""
_BOUND = re.compile(
    r"\b(?:than|over|under|above|below|beyond|least|most|up to|nearly|almost|about|around|some|roughly)\s+[$£€¥]?$",
    re.IGNORECASE,
)


def statement(reply: str) -> str:
    """What a reply tells beside its yes or no.

    >>> statement("Yes, it fell."), statement("No."), statement("No trains ran.")
    ('It fell.', 'No.', 'No trains ran.')
    """
    match = _REPLY.match(reply)
    if match is None or not re.search(r"[,.;:!–—-]", match[0]):
        return reply
    rest = reply[match.end() :]
    return rest[:1].upper() + rest[1:]


def replied(question: str, told: Sequence[str]) -> str:
    """The yes or no that sentences tell to a question, "" where they tell neither for certain.

    No is what contradicts it: its denial, an opposite, a part of what it asks all of, another number of the same. Yes
    needs all that is asked. What is asked in the negative ("Didn't he ...?") is neither.

    >>> replied("Did the jury convict him on every charge?", ["It convicted him on nine of the 12 charges."])
    'No'
    >>> replied("Has the mill reopened?", ["The mill was reopened in May."])
    'Yes'
    >>> replied("Has the mill burned down?", ["It has a new roof."])
    ''
    """
    asked, text = question.strip().rstrip("?"), " ".join(told)
    if denials(asked) or not told or _turned_round(asked, text):
        return ""
    if _denied(asked, told) or _contradicted(asked, told):
        return NO
    wanted, having, became = set(bases(asked)) - _ASIDE, set(bases(text)), fates(text)
    carried = wanted and all(one in having or fates(one) & became for one in wanted)
    whole = not _WHOLE.search(asked) or _WHOLE.search(text)
    return YES if carried and whole and _done(asked, told) else ""


def unproven(question: str, sentence: str, read: Sequence[str]) -> bool:
    """Whether a sentence says yes, or only what was asked once more, and what was read has not all of that.

    >>> unproven("Was he hurt?", "Yes, he was hurt.", ["He fell."]), unproven("Was he hurt?", "He fell.", ["He fell."])
    (True, False)
    """
    if not is_closed(question):
        return False
    told = statement(sentence)
    reply = replied(question, [told])
    echoed = reply == YES or (reply != NO and set(bases(told)) <= set(bases(question)))
    return echoed and replied(question, read) != YES


def with_reply(reply: str, sentence: str) -> str:
    """A sentence with a yes or no before it.

    >>> with_reply("No", "The mill fell."), with_reply("Yes", "Ada Osk won."), with_reply("", "It fell.")
    ('No, the mill fell.', 'Yes, Ada Osk won.', 'It fell.')
    """
    first = next(iter(words(sentence)), "")
    begun = sentence[:1].lower() + sentence[1:] if first.casefold() in STOP_WORDS - {"i"} else sentence
    return f"{reply}, {begun}" if reply else sentence


def _denied(asked: str, told: Sequence[str]) -> bool:
    """Whether what is told denies what was asked."""
    sought, become = set(bases(asked)), fates(asked)
    heads = {head for text in told for head in denied_heads(text)}
    denied = any(base(head) in sought or fates(head) & become for head in heads)
    return denied or wrongly_affirmed(asked, told) is not None


def _contradicted(asked: str, told: Sequence[str]) -> bool:
    checks = (opposite, overstated, misweighed, contradicted, wrong_verdict)
    return any(check(asked, told) for check in checks) or _other_amount(asked, told)


def _turned_round(asked: str, told: str) -> bool:
    """Whether two are compared in the other order: "the old one is shorter" to whether the new one is longer."""
    (one, _, other), (before, _, after) = (text.partition(" than ") for text in (asked, told))
    first, second = set(bases(one)) - set(bases(other)), set(bases(other)) - set(bases(one))
    return bool(second & set(bases(before)) and first & set(bases(after)))


def _done(asked: str, told: Sequence[str]) -> bool:
    """Whether what is asked for as done is told as done, in the clauses that tell of it, and not as a plan."""
    if _MODAL.match(asked):
        return True
    deeds = set(bases(asked)) - {base(name) for name in names(asked)}
    telling = [clause for text in told for clause in clauses(text) if deeds & set(bases(clause))]
    return not mistold(asked, telling or told, "")


def _other_amount(asked: str, told: Sequence[str]) -> bool:
    """Whether another number of the same thing is told than was asked for exactly."""
    wanted = amounts(asked)
    given = {one.value for one in wanted}
    theirs = [one for text in told for one in amounts(text)]
    for ours in wanted:
        if not ours.measure or _BOUND.search(in_full(asked)[: ours.start]):
            continue
        alike = [
            one for one in theirs if one.measure == ours.measure and (ours.measure != COUNT or one.noun == ours.noun)
        ]
        if alike and not given & {one.value for one in alike}:
            return True
    return False
