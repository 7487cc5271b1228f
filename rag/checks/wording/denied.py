"""What a sentence denies and its quotes do not, and the other way round. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from rag.checks.text.anchors import Token, tokens
from rag.terms import denials, stem, terms

WITHIN: Final = 7
"""How many words before what is denied its denial may stand."""

_DENIAL = re.compile(
    r"\b(?:no longer|not|never|no|none of (?:whom|which|them|the\w*)|without|nobody|neither|nor|cannot"
    r"|\w+n['’]t|fail(?:s|ed|ing)? to|unable to"
    r"|den(?:y|ies|ied)|refus(?:es?|ed|ing) to|unlikely to|rul(?:es?|ed|ing) out|declin(?:es?|ed|ing) to)"
    r"\s+(?!(?:(?:that|this|it|them|so)\s+)?(?:and|but)\b"
    r"|only\b|just\b|least\b|until\b|necessarily\b|more\b|less\b|fewer\b|later\b)",
    re.IGNORECASE,
)
_LIGHT: Final = frozenset("yet ever even always really also one longer".split())
_SPURNED: Final = (
    r"lack\w*|hardly|barely|declin\w+ to|un(?:likely|willing|able)|rather than|instead of|rul\w+ out"
    r"|reject\w*|refus\w+|avoid\w*|stop\w*|prevent\w*|yet to|turn\w* down|too (?:few|little)"
)
_CEASED: Final = (
    r"cancel\w*|suspend\w*|halt\w*|scrap(?:s|ped|ping)?|abandon\w*|withdr[ae]w\w*|bar(?:s|red)|block(?:s|ed)|prohibit\w*"
    r"|ban(?:s|ned)?|clos(?:es|ed)|shut|former(?:ly)?|ex-\w+|un(?!it)\w{3,}(?:ed|able|own|urt)|empty|quit|end(?:s|ed)"
    r"|dropp?(?:s|ed)|\w{3,}less|\w+-free|wrong(?:ly)? to|by mistake|mistaken(?:ly)?|miss(?:es|ed|ing)|only"
    r"|clear(?:s|ed)|acquitted"
)
"""What ends or is wanting may be told with a denial: "no trains run" where they are cancelled."""
_RECORD: Final = (
    r"(?:first|last|\w+est|most|best|worst)\b[^.;]{0,50}"
    r"\b(?:since|ever|(?:in|for) (?:[\w-]+ ){1,4}(?:years?|months?|decades?)|history)|first \w+ to"
)
"""What is the first for years had not been for years."""
_SPURNS = re.compile(rf"\b(?:{_SPURNED})\b", re.IGNORECASE)
_ENDED = re.compile(rf"\b(?:{_CEASED})\b", re.IGNORECASE)
_UNMATCHED = re.compile(rf"\b(?:{_RECORD})\b", re.IGNORECASE)
_NONE = re.compile(r"\b(?:no|none|nobody|nothing|without)\b", re.IGNORECASE)
_UNTIL_NOW = re.compile(r"\b(?:since|before|until|for)\b", re.IGNORECASE)
_TURNS = re.compile(
    rf"\b(?:{_SPURNED}|except|(?:all|nothing|anything) but|only|fail\w*|denial|ban(?:s|ned|ning)?"
    r"|miss(?:es|ed|ing)?|unless|until|free of|zero|since (?:\w+ ){0,4}last)\b",
    re.IGNORECASE,
)


_ELLIPSIS = re.compile(
    r"\b(?:but|while|though|although|and|whereas) (?P<subject>[^,;:.]{2,60}?) "
    r"(?:(?:was|were|did|does|do|is|are|has|have|had|would|will|could|can)(?: not|n['’]t)|cannot)\s*(?:[.,;]|$)"
)
"""What is denied of another in the words that were told of the first: "but the files were not"."""
_GUILTY = re.compile(
    r"(?<!\bnot )\b(?:guilty|convicted) (?:of|on)(?: (?:the|an?|all|any|his|her|their))* (\w+)", re.IGNORECASE
)
_CLEARED = re.compile(
    r"\b(?:cleared|acquitted|not guilty|innocent)(?: [\w.'’-]+,?){0,9}? (?:of|on)"
    r"(?: (?:the|an?|all|any|his|her|their))* (\w+)",
    re.IGNORECASE,
)


def denying(text: str) -> bool:
    """Whether a text denies anything, be it in words that tell what somebody would not do.

    >>> denying("He ruled out a deal."), denying("He made a deal.")
    (True, False)
    """
    return bool(denials(text)) or _SPURNS.search(text) is not None


def wanting(sentence: str, quotes: Sequence[str]) -> bool:
    """Whether a sentence only denies what the quotes tell to have ended, or to be the first of its kind.

    >>> wanting("No trains ran.", ["Trains were cancelled."]), wanting("The mill did not shut.", ["The mill was shut."])
    (True, False)
    >>> wanting("It had not been so hot since 1987.", ["It was the hottest day since 1987."])
    True
    """
    ours = " ".join(denials(sentence))
    if _NONE.search(ours) and any(map(_ENDED.search, quotes)):
        return True
    return _UNTIL_NOW.search(sentence) is not None and any(map(_UNMATCHED.search, quotes))


def wrongly_denied(sentence: str, quotes: Sequence[str]) -> str | None:
    """The word that a sentence denies and the quotes do not; None where there is none.

    >>> wrongly_denied("The mill did not burn.", ["The mill burned, and nobody knows why."])
    'burn'
    """
    read = [tokens(quote) for quote in quotes]
    for head in (heads[0] for heads in _heads(sentence)):
        found = [(quote, each) for quote, theirs in zip(quotes, read, strict=True) for each in _of(theirs, head)]
        if found and not head.capital and not any(_turned_round(quote, each) for quote, each in found):
            return head.word
    return None


def wrongly_affirmed(sentence: str, quotes: Sequence[str]) -> str | None:
    """The word that the quotes deny and a sentence does not; None where there is none.

    >>> wrongly_affirmed("The mill burned down.", ["The mill did not burn down."])
    'burn'
    """
    ours = tokens(sentence)
    for quote in quotes:
        theirs = tokens(quote)
        for heads in _heads(quote):
            if heads[0].capital or any(head.word[0].isdigit() for head in heads):
                continue
            if not all(_of(ours, head) for head in heads):
                continue
            told = [
                (each, text) for text in quotes for each in _of(tokens(text) if text != quote else theirs, heads[0])
            ]
            if all(_turned_round(text, each) for each, text in told) and not any(
                _turned_round(sentence, each) for each in _of(ours, heads[0])
            ):
                return heads[0].word
    return None


def denied_beside(sentence: str, quotes: Sequence[str]) -> str | None:
    """Whom the quotes deny, in short, what a sentence tells of them; None where there is none.

    >>> denied_beside("The maps were taken.", ["Coins were taken, but the maps were not."])
    'the maps'
    """
    said = set(terms(sentence))
    if denials(sentence):
        return None
    for quote in quotes:
        for match in _ELLIPSIS.finditer(quote):
            whom = set(terms(match["subject"]))
            if whom <= said and (said - whom) & set(terms(quote[: match.start()])):
                return match["subject"]
    return None


def wrong_verdict(sentence: str, quotes: Sequence[str]) -> str | None:
    """What a sentence tells somebody to be guilty of and the quotes to be cleared of, or the other way; else None.

    >>> wrong_verdict("He was convicted of fraud.", ["Cleared of fraud, he was found guilty of theft."])
    'fraud'
    """
    guilty, cleared = _charges(_GUILTY, " ".join(quotes)), _charges(_CLEARED, " ".join(quotes))
    wrong = [*(_charges(_GUILTY, sentence) & (cleared - guilty)), *(_charges(_CLEARED, sentence) & (guilty - cleared))]
    return wrong[0] if wrong else None


def _charges(pattern: re.Pattern[str], text: str) -> set[str]:
    return {stem(charge) for charge in pattern.findall(text)}


def denied_heads(text: str) -> set[str]:
    """What a text denies: the first telling word after each denial.

    >>> denied_heads("She had never acted before.")
    {'acted'}
    """
    return {heads[0].word for heads in _heads(text)}


def _heads(text: str) -> list[list[Token]]:
    """The first two telling words, if there are, after each denial of a text."""
    found = []
    for match in _DENIAL.finditer(text):
        after = [
            each for each in tokens(text) if each.start >= match.end() and each.telling and each.word not in _LIGHT
        ]
        if re.search(r"\b(?:until|unless)\b", text[match.end() :]):
            continue  # "not until Friday" is on Friday
        near = [
            each
            for each in after[:2]
            if each.clause == after[0].clause and len(text[match.end() : each.start].split()) <= 4
        ]
        if near:
            found.append(near)
    return found


def _of(found: Sequence[Token], head: Token) -> list[Token]:
    return [each for each in found if each.stem == head.stem]


def _turned_round(text: str, token: Token) -> bool:
    """Whether something near before a word, or in the few words after it, denies it."""
    before = " ".join(re.split(r"[;:]|,\s+but\b", text[: token.start])[-1].split()[-WITHIN:])
    after = " ".join(re.split(r"[,;:]", text[token.end :])[0].split()[:6])
    return any(denials(part) or _TURNS.search(part) for part in (before, after))
