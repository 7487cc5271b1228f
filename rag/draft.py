"""A draft as it comes from the model: cut into sentences while it is still being written. Pure."""

from __future__ import annotations

import re

_END = re.compile(r"""[.!?…]["'”’)\]*_]*(?=\s+["'“‘(\[*_]*[A-Z0-9])""")
_ABBREVIATED = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|Gen|Col|Lt|Sgt|Sen|Rep|Gov|St|Jr|Sr|No|vs|etc|Inc|Ltd|Co|Corp|Jan|Feb|Mar|Apr|Jun|Jul|Aug"
    r"|Sept?|Oct|Nov|Dec|approx|ca|et al)|\b(?:[A-Za-z]\.)*[A-Za-z])\.$"
)
_NUMBER = re.compile(r"\s*\d{1,2}\.")
"""What counts the items of a list, and ends no sentence."""
_PLAIN = str.maketrans({"\u2010": "-", "\u2011": "-", "\u200b": "", "\ufeff": ""})
_MARKER = re.compile(
    r"\s*(?:\[\d+(?:\s*[,–-]\s*\d+)*\]|【[^】]*】|[\[(](?:passages?|articles?|sources?) \d[^\])]*[\])]"
    r"|[\[(][^\])]*[a-z][^\])]*, \d{4}-\d\d-\d\d[\])])",
    re.IGNORECASE,
)
"""As "[1, 2]", "【1†source】", "(Passage 2)", and the line above an article as the model reads it."""
_LIST_MARK = re.compile(r"^(?:>\s+)?(?:[-*•]\s+|\d{1,2}[.)]\s+)?")
_EMPHASIS = re.compile(r"\*\*|__|`|(?<!\w)[*_](?=\w)|(?<=[\w.,!?])[*_](?!\w)")
_TITLE = re.compile(r"#{1,6}\s.*")
_LEADS = re.compile(r".*:(?:\*\*|__)?|(\*\*|__)(?:(?!\1).)*[^.!?]\1")
_LABEL = re.compile(
    r"^(?:(?:(?:short|final|direct) )?answer|response|summary): ?|^the answer(?: to the question)? is(?::| that)? ",
    re.IGNORECASE,
)
_GIVEN = r"(?:provided|given|above|supplied)"
SOURCES = (
    rf"(?:(?:the|this|these|both|any of the) (?:(?:{_GIVEN}|news) )*(?:passages?|articles?|texts?|context|excerpts?)"
    rf"(?: {_GIVEN})?|the {_GIVEN} (?:information|sources?)|the information {_GIVEN})"
)
"""A pattern for what a model calls that which it was given to read."""
_TOLD = r"(?:stated|mentioned|reported|described|noted|indicated|said)"
_TELLS = r"(?:state|say|mention|report|indicate|note|explain|reveal|show|confirm)s?"
_POINTS = re.compile(
    rf"^((?:yes|no), )?(?:(?:according to|(?:based )?on|from|in|per|as (?:{_TOLD} )?(?:in|by|per)) {SOURCES}, "
    rf"|{SOURCES} (?:\w+ly |also |do |does )?{_TELLS} that |it is {_TOLD} in {SOURCES} that )",
    re.IGNORECASE,
)
_THEY_TELL = re.compile(rf"^(?:they|it) (?:\w+ly |also |do |does )?{_TELLS} that ", re.IGNORECASE)
_POINTS_BACK = re.compile(
    rf",? (?:according to|based on|as (?:{_TOLD} )?(?:in|by|per)) {SOURCES}(?:,|(?=[.!?]?$))", re.IGNORECASE
)


class SentenceStream:
    """Collects pieces of a draft and gives back its sentences, each as soon as the next one begins."""

    def __init__(self) -> None:
        self._text = ""

    def feed(self, piece: str) -> list[str]:
        """The sentences that this piece shows to be complete, in order."""
        self._text += piece
        found = []
        while (end := _first_end(self._text)) is not None:
            if not _is_title(self._text[:end].strip()):
                found.append(self._text[:end])
            self._text = self._text[end:].lstrip()
        return [sentence for sentence in map(cleaned, found) if sentence]

    def rest(self) -> list[str]:
        """What is left when the draft has ended: at most one sentence."""
        text, self._text = cleaned(self._text), ""
        return [text] if text else []


def cleaned(sentence: str) -> str:
    """A drafted sentence without markers of its own making, marks, labels, and phrases about "the passages".

    >>> cleaned("- **Answer:** The passages state that the mill burned [1]."), cleaned("## The fire")
    ('The mill burned.', '')
    """
    text = " ".join(sentence.translate(_PLAIN).split())
    if _TITLE.fullmatch(text):
        return ""
    text = _LABEL.sub("", _EMPHASIS.sub("", _LIST_MARK.sub("", _MARKER.sub("", text).strip())))
    text = without_pointing(text)
    return text if any(character.isalnum() for character in text) else ""


def without_pointing(text: str, *, after_sources: bool = False) -> str:
    """A sentence without "according to the passages" and the like, which would be held against it as words of its own.

    "They" who tell are the passages only right `after_sources` were spoken of; elsewhere they are who says it.

    >>> without_pointing("Yes, according to the article, it fell."), without_pointing("They state that it fell.")
    ('Yes, it fell.', 'They state that it fell.')
    >>> without_pointing("They state that it fell.", after_sources=True)
    'It fell.'
    """
    without = _POINTS_BACK.sub("", _POINTS.sub(r"\1", _THEY_TELL.sub("", text) if after_sources else text)).strip()
    return without[:1].upper() + without[1:] if without and without != text else text


def _is_title(line: str) -> bool:
    """Whether a line before others only names what they are about, or leads to it."""
    return _TITLE.fullmatch(line) is not None or _LEADS.fullmatch(line) is not None


def without_year(sentence: str, year: int) -> str:
    """The sentence without a year that only the day of asking can have brought in.

    >>> without_year("He was killed on March 15, 2026, in Anbar.", 2026), without_year("In 2026 it fell.", 2026)
    ('He was killed on March 15, in Anbar.', 'In 2026 it fell.')
    """
    return re.sub(rf"(?<=\d),? {year}\b|(?<=[a-z]),? (?:in |of )?{year}(?=[.,]|$)", "", sentence)


def _first_end(text: str) -> int | None:
    """Where the first sentence that another one follows ends."""
    line = text.find("\n")
    for match in _END.finditer(text):
        if 0 <= line < match.end():
            break
        if not _ABBREVIATED.search(text[: match.start() + 1]) and not _NUMBER.fullmatch(text, 0, match.end()):
            return match.end()
    return line + 1 if line >= 0 and text[line:].strip() else None
